using Zepto.Http.Hosting;
using Zepto.Http.Hosting.Configuration;

namespace Zepto.Http.Tests.Hosting.Configuration;

/// <summary>The command line wins over the environment, which wins over the file; --print-config shows what came out and is a file itself.</summary>
public sealed class PrecedenceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zepto").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Read_AllThree_TheNearestWins()
    {
        string path = Write("port: 1\nmax-body-mb: 1\nmax-header-kb: 1\npin: false\n");
        Dictionary<string, string> variables = new() { ["ZEPTO_PORT"] = "2", ["ZEPTO_MAX_BODY_MB"] = "2", ["ZEPTO_NUMA"] = "false" };
        ServerOptions options = Read(["--config", path, "--port", "3", "--numa"], variables).Options;
        Assert.Equal(new ServerOptions { Port = 3, MaxBodyMb = 2, MaxHeaderKb = 1, Pin = false, Numa = true }, options);
    }

    [Fact]
    public void Read_ConfigVariable_NamesTheFileUnlessTheCommandLineDoes()
    {
        Dictionary<string, string> variables = new() { ["ZEPTO_CONFIG"] = Write("port: 1") };
        Assert.Equal(1, Read([], variables).Options.Port);
        Assert.Equal(2, Read(["--config", Write("port: 2")], variables).Options.Port);
    }

    [Fact]
    public void Read_FileWithAMistake_IsRefusedEvenWhenTheCommandLineWins()
    {
        string path = Write("port: x");
        Assert.Equal((CommandLineAction.Refuse, $"--config: {path}:1: key 'port': 'x' is not a whole number"), ActionAndText(["--config", path, "--port", "1"]));
    }

    [Theory]
    [InlineData("--config", "--config")]
    [InlineData("--config=", "--config")]
    [InlineData("--config /no/such/file", "--config: cannot read '/no/such/file'")]
    [InlineData("--config a --config b", "--config")]
    [InlineData("--pin --no-pin", "--pin and --no-pin")]
    public void Read_BadArguments_AreRefused(string arguments, string text)
    {
        CommandLineResult result = Read(arguments.Split(' '));
        Assert.Equal(CommandLineAction.Refuse, result.Action);
        Assert.Contains(text, result.Text);
        Assert.DoesNotContain('\n', result.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/no/such/file")]
    public void Read_BadConfigVariable_IsRefusedByName(string value)
    {
        CommandLineResult result = Read([], new Dictionary<string, string> { ["ZEPTO_CONFIG"] = value });
        Assert.Equal(CommandLineAction.Refuse, result.Action);
        Assert.StartsWith("ZEPTO_CONFIG: ", result.Text);
    }

    [Fact]
    public void PrintConfig_NamesEachOptionOnceWithItsOrigin()
    {
        string path = Write("\nmax-body-mb: 7\n");
        CommandLineResult result = Read(["--config", path, "--print-config", "--no-pin"], new Dictionary<string, string> { ["ZEPTO_PORT"] = "9" });
        Assert.Equal(CommandLineAction.Print, result.Action);
        string[] lines = result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches("^port: 9 +# environment ZEPTO_PORT$", Line("port"));
        Assert.Matches($"^max-body-mb: 7 +# file {path}:2$", Line("max-body-mb"));
        Assert.Matches("^pin: false +# command line$", Line("pin"));
        Assert.Matches("^bind: \"127.0.0.1\" +# default$", Line("bind"));
        Assert.Matches("^durability: async +# default$", Line("durability"));
        Assert.Matches("^# audit-log: not set +# default$", Line("audit-log"));
        Assert.Equal(OptionTable.All.Where(option => !option.IsOnceOnly).Select(option => option.Key),
            lines.Skip(1).Select(line => line.TrimStart('#', ' ').Split(':')[0]));

        string Line(string key) => Assert.Single(lines, line => line.TrimStart('#', ' ').StartsWith(key + ":", StringComparison.Ordinal));
    }

    [Fact]
    public void PrintConfig_OfEveryOption_IsReadBackTheSame()
    {
        ServerOptions options = new();
        List<string> arguments = ["--print-config"];
        foreach (OptionEntry option in OptionTable.All.Where(option => !option.IsOnceOnly))
        {
            string text = option switch
            {
                { IsFlag: true } => OptionEntry.TextOf(!(bool)(option.Default ?? false)),
                { IsNumber: true } => OptionEntry.TextOf(Math.Min(option.Max, 1001)),
                { IsText: true } => " a\\\"b' : # é\u2028\uFEFF🙂- ",
                _ => option.Words[^1],
            };
            Assert.True(option.TryParse(text, out object? value, out string complaint), complaint);
            option.Set(options, value!);
            arguments.Add(option.Name + "=" + text);
        }
        CommandLineResult printed = Read([.. arguments]);
        Assert.Equal(options, printed.Options);
        Assert.Equal(options, Read(["--config", Write(printed.Text)]).Options);
        Assert.Equal(new ServerOptions(), Read(["--config", Write(Read(["--print-config"]).Text)]).Options);
    }

    [Theory]
    [InlineData("https://user:hunter2@idp.example/keys", "https://***@idp.example/keys")]
    [InlineData("https://user:hun@ter2@idp.example", "https://***@idp.example")]
    [InlineData("https://hunter2@idp.example?a=b@c", "https://***@idp.example?a=b@c")]
    [InlineData("https://idp.example/a@b", "https://idp.example/a@b")]
    public void PrintConfig_UrlWithAPassword_MasksIt(string url, string shown)
    {
        string text = Read(["--print-config", "--jwks-url", url]).Text;
        Assert.Contains($"jwks-url: \"{shown}\"", text);
        Assert.DoesNotContain("hunter2", text);
        Assert.DoesNotContain("ter2", text);
    }

    [Fact]
    public void PrintConfig_WithAKeyToMake_LeavesItOut()
    {
        CommandLineResult result = Read(["--print-config", "--gen-key", "--role", "admin"]);
        Assert.DoesNotContain("admin", result.Text);
        Assert.Equal(CommandLineAction.Print, result.Action);
    }

    [Theory]
    [InlineData("port", "port", 0)]
    [InlineData("prot", "port", 1)]
    [InlineData("por", "port", 1)]
    [InlineData("ports", "port", 1)]
    [InlineData("part", "port", 1)]
    [InlineData("", "port", 4)]
    [InlineData("bind", "port", 4)]
    public void Distance_IsTheNumberOfMistakes(string left, string right, int distance)
    {
        Assert.Equal(distance, NearestName.Distance(left, right));
        Assert.Equal(distance, NearestName.Distance(right, left));
    }

    private static (CommandLineAction, string) ActionAndText(string[] arguments)
    {
        CommandLineResult result = Read(arguments);
        return (result.Action, result.Text);
    }

    private static CommandLineResult Read(string[] arguments, Dictionary<string, string>? variables = null) =>
        CommandLine.Read(arguments, "1.2.3", name => variables?.GetValueOrDefault(name));

    private string Write(string text)
    {
        string path = Path.Combine(_directory, Guid.NewGuid().ToString("N") + ".yaml");
        File.WriteAllText(path, text);
        return path;
    }
}
