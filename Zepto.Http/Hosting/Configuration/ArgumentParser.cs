using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Zepto.Http.Hosting.Configuration;

/// <summary>The program's arguments: which there are, their help, and what was given. Values stay texts, <see cref="OptionEntry"/> reads them.</summary>
internal sealed class ArgumentParser
{
    private sealed record Names(Option Option, Option<bool>? Negation);

    private static readonly ParserConfiguration s_configuration = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private readonly Dictionary<OptionEntry, Names> _options = [];
    private readonly Option<bool> _version = new("--version") { Description = "Print the version and exit" };
    private readonly Option<string> _config = new("--config")
    {
        Description = "Configuration file, YAML; variables ZEPTO_… win over it, and the command line over both", HelpName = "FILE",
    };
    private readonly Option<bool> _printConfig = new("--print-config") { Description = "Print the effective configuration as YAML, with where each value comes from, and exit" };
    private readonly ParseResult _parsed;

    public ArgumentParser(string[] arguments)
    {
        RootCommand root = new("Time-series SQL database with an HTTP interface.");
        root.Options.Remove(root.Options.OfType<VersionOption>().First());
        root.Directives.Clear();
        root.Options.Add(_version);
        root.Options.Add(_config);
        root.Options.Add(_printConfig);
        foreach (OptionEntry entry in OptionTable.All)
        {
            Names names = new(MakeOption(entry), entry.Negation is null ? null : new Option<bool>(entry.Negation) { Description = $"The opposite of {entry.Name}" });
            _options.Add(entry, names);
            root.Options.Add(names.Option);
            if (names.Negation is not null) root.Options.Add(names.Negation);
        }
        // An action makes the root command runnable; what is run is decided by the caller.
        root.SetAction(_ => 0);
        _parsed = root.Parse(arguments, s_configuration);
    }

    /// <summary>What is wrong with the arguments, naming one; null when nothing is.</summary>
    public string? Complaint
    {
        get
        {
            if (_parsed.Errors.Count > 0) return _parsed.Errors[0].Message.ReplaceLineEndings(" ");
            foreach (Names names in _options.Values)
            {
                if (names.Negation is not null && IsGiven(names.Option) && IsGiven(names.Negation)) return $"{names.Option.Name} and {names.Negation.Name}: only one of them";
            }
            return null;
        }
    }

    public bool IsHelp => _parsed.Action is HelpAction;

    public bool IsVersion => _parsed.GetValue(_version);

    public bool IsPrintConfig => _parsed.GetValue(_printConfig);

    /// <summary>The configuration file; null when none is named.</summary>
    public string? ConfigPath => _parsed.GetValue(_config);

    public string Help()
    {
        using StringWriter help = new();
        _parsed.Invoke(new InvocationConfiguration { Output = help });
        return help.ToString();
    }

    /// <summary>What an option was given; null when it was not.</summary>
    public string? TextOf(OptionEntry entry)
    {
        Names names = _options[entry];
        if (names.Negation is not null && IsGiven(names.Negation)) return OptionEntry.TextOf(!_parsed.GetValue(names.Negation));
        if (!IsGiven(names.Option)) return null;
        return names.Option is Option<bool> flag ? OptionEntry.TextOf(_parsed.GetValue(flag)) : _parsed.GetValue((Option<string>)names.Option);
    }

    private static Option MakeOption(OptionEntry entry)
    {
        if (entry.IsFlag) return new Option<bool>(entry.Name) { Description = entry.Description };
        Option<string> option = new(entry.Name)
        {
            Description = entry.Description,
            HelpName = entry.Words.Count > 0 ? string.Join('|', entry.Words) : entry.IsNumber ? "N" : "TEXT",
        };
        if (entry.Default is { } value) option.DefaultValueFactory = _ => OptionEntry.TextOf(value);
        return option;
    }

    private bool IsGiven(Option option) => _parsed.GetResult(option) is OptionResult { Implicit: false };
}
