using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Zepto.Server.Tests.Hosting;

/// <summary>Finds curl commands in texts for people and runs them as a shell would.</summary>
internal static partial class CommandLines
{
    /// <summary>
    /// The curl commands of a text: each starts a line, maybe behind white space or a prompt, and goes on while a quote is open or the line ends
    /// in a backslash.
    /// </summary>
    public static List<string> CurlCommands(string text)
    {
        var commands = new List<string>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var start = CurlStart().Match(lines[i]);
            if (!start.Success)
                continue;
            var command = lines[i][start.Length..];
            while (IsOpen(command) && i + 1 < lines.Length)
                command += "\n" + lines[++i];
            commands.Add("curl" + command);
        }

        return commands;
    }

    /// <summary>Runs a command against a server, whatever local address it names, and fails unless it answers without an error.</summary>
    public static void RunCurl(string command, Uri server, string? directory = null)
    {
        command = LocalAddress().Replace(command, server.GetLeftPart(UriPartial.Authority));
        var answer = Run(command, directory);
        Assert.False(answer.Length == 0 || answer.Contains("\"error\"", StringComparison.Ordinal), $"{command}\n-> {answer}");
    }

    /// <summary>Runs a command as a shell would, in a directory, and gives what it prints; fails unless it succeeds.</summary>
    public static string Run(string command, string? directory)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory ?? "" };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command}\n-> {process.ExitCode}: {errors.Result}");
        return answer;
    }

    private static bool IsOpen(string command)
    {
        var quote = '\0';
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            if (c == '\\' && quote != '\'')
                i++;
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else if (c == quote)
                quote = '\0';
        }

        return quote != '\0' || command.EndsWith('\\');
    }

    [GeneratedRegex(@"^\s*(\$ )?curl(?= )")]
    private static partial Regex CurlStart();

    [GeneratedRegex(@"https?://(localhost|127\.0\.0\.1):[0-9]+")]
    private static partial Regex LocalAddress();
}
