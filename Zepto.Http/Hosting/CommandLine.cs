using Zepto.Http.Hosting.Configuration;

namespace Zepto.Http.Hosting;

/// <summary>What the arguments ask for.</summary>
public enum CommandLineAction
{
    /// <summary>Start the server.</summary>
    Run,

    /// <summary>Print <see cref="CommandLineResult.Text"/> and exit with 0.</summary>
    Print,

    /// <summary>Print <see cref="CommandLineResult.Text"/>, which names the option, and exit with 2.</summary>
    Refuse,
}

/// <summary>Outcome of reading arguments, environment and configuration file.</summary>
public sealed record CommandLineResult(CommandLineAction Action, ServerOptions Options, string Text);

/// <summary>Reads <see cref="ServerOptions"/> from arguments, ZEPTO_… variables and a configuration file; the first of these that has a value wins.</summary>
public static class CommandLine
{
    private const string ConfigVariable = "ZEPTO_CONFIG";

    private static readonly ServerOptions s_defaults = new();

    /// <summary>Reads the options.</summary>
    /// <param name="arguments">Arguments without the program's name.</param>
    /// <param name="version">Version to print for --version.</param>
    /// <param name="variable">Looks up an environment variable; null when it is not set.</param>
    public static CommandLineResult Read(string[] arguments, string version, Func<string, string?> variable)
    {
        ArgumentParser parser = new(arguments);
        if (parser.Complaint is { } complaint) return Refuse(complaint);
        if (parser.IsHelp) return new CommandLineResult(CommandLineAction.Print, s_defaults, parser.Help());
        if (parser.IsVersion) return new CommandLineResult(CommandLineAction.Print, s_defaults, $"zepto_server {version}\n");
        try
        {
            IReadOnlyDictionary<OptionEntry, Setting> file = ReadFile(parser.ConfigPath, variable(ConfigVariable));
            Setting[] settings = [.. OptionTable.All.Select(option => SettingOf(option, parser, variable, file))];
            ServerOptions options = new();
            foreach (Setting setting in settings)
            {
                if (setting.Value is not null) setting.Option.Set(options, setting.Value);
            }
            return parser.IsPrintConfig
                ? new CommandLineResult(CommandLineAction.Print, options, PrintedConfiguration.Of(settings, version))
                : new CommandLineResult(CommandLineAction.Run, options, "");
        }
        catch (ConfigurationException exception)
        {
            return Refuse(exception.Message);
        }
    }

    private static CommandLineResult Refuse(string text) => new(CommandLineAction.Refuse, s_defaults, text);

    private static IReadOnlyDictionary<OptionEntry, Setting> ReadFile(string? argument, string? variable)
    {
        if ((argument ?? variable) is not { } path) return new Dictionary<OptionEntry, Setting>();
        string source = argument is null ? ConfigVariable : "--config";
        if (path.Length == 0) throw new ConfigurationException($"{source}: must not be empty");
        try
        {
            return ConfigurationFile.Read(path);
        }
        catch (ConfigurationException exception)
        {
            throw new ConfigurationException($"{source}: {exception.Message}");
        }
    }

    private static Setting SettingOf(OptionEntry option, ArgumentParser parser, Func<string, string?> variable, IReadOnlyDictionary<OptionEntry, Setting> file)
    {
        if (parser.TextOf(option) is { } argument) return Parsed(option, argument, option.Name, "command line");
        if (variable(option.Variable) is { } text) return Parsed(option, text, option.Variable, $"environment {option.Variable}");
        return file.GetValueOrDefault(option) ?? new Setting(option, option.Default, "default");
    }

    private static Setting Parsed(OptionEntry option, string text, string source, string origin) =>
        option.TryParse(text, out object? value, out string complaint)
            ? new Setting(option, value, origin)
            : throw new ConfigurationException($"{source}: {complaint}");
}
