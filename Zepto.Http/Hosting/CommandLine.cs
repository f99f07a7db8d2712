using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;
using Zepto.Storage;

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

/// <summary>Outcome of reading arguments and environment.</summary>
public sealed record CommandLineResult(CommandLineAction Action, ServerOptions Options, string Text);

/// <summary>Reads <see cref="ServerOptions"/> from arguments and from ZEPTO_… variables, of which the arguments win.</summary>
public static class CommandLine
{
    private sealed record Entry(PropertyInfo Property, OptionAttribute Attribute, Option Option, Option<bool>? Negation)
    {
        public string Variable => "ZEPTO_" + Attribute.Name[2..].Replace('-', '_').ToUpperInvariant();
    }

    private static readonly ServerOptions s_defaults = new();

    private static readonly ParserConfiguration s_parser = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Reads the options.</summary>
    /// <param name="arguments">Arguments without the program's name.</param>
    /// <param name="version">Version to print for --version.</param>
    /// <param name="variable">Looks up an environment variable; null when it is not set.</param>
    public static CommandLineResult Read(string[] arguments, string version, Func<string, string?> variable)
    {
        List<Entry> entries = MakeEntries();
        RootCommand root = MakeRoot(entries, out Option<bool> versionOption);
        ParseResult parsed = root.Parse(arguments, s_parser);
        if (parsed.Errors.Count > 0) return Refuse(parsed.Errors[0].Message);
        if (parsed.Action is HelpAction)
        {
            using StringWriter help = new();
            parsed.Invoke(new InvocationConfiguration { Output = help });
            return new CommandLineResult(CommandLineAction.Print, s_defaults, help.ToString());
        }
        if (parsed.GetValue(versionOption)) return new CommandLineResult(CommandLineAction.Print, s_defaults, $"zepto_server {version}\n");

        ServerOptions options = new();
        foreach (Entry entry in entries)
        {
            string source = entry.Attribute.Name;
            object? value = null;
            if (IsGiven(parsed, entry.Option))
            {
                value = Value(parsed, entry.Option);
            }
            else if (entry.Negation is not null && IsGiven(parsed, entry.Negation))
            {
                value = !parsed.GetValue(entry.Negation);
            }
            else if (variable(entry.Variable) is { } text)
            {
                source = entry.Variable;
                ParseResult fromVariable = root.Parse([entry.Attribute.Name, NormaliseFlag(entry, text)], s_parser);
                if (fromVariable.Errors.Count > 0 || !IsGiven(fromVariable, entry.Option)) return Refuse($"{source}: cannot read '{text}'");
                value = Value(fromVariable, entry.Option);
            }
            if (value is null) continue;
            if (OutOfRange(entry.Attribute, value) is { } complaint) return Refuse($"{source}: {complaint}");
            entry.Property.SetValue(options, value);
        }
        return new CommandLineResult(CommandLineAction.Run, options, "");
    }

    private static CommandLineResult Refuse(string text) => new(CommandLineAction.Refuse, s_defaults, text);

    private static List<Entry> MakeEntries()
    {
        List<Entry> entries = [];
        foreach (PropertyInfo property in typeof(ServerOptions).GetProperties())
        {
            if (property.GetCustomAttribute<OptionAttribute>() is not { } attribute) continue;
            Option<bool>? negation = attribute.Negation is null ? null : new Option<bool>(attribute.Negation) { Description = $"The opposite of {attribute.Name}" };
            entries.Add(new Entry(property, attribute, MakeOption(property, attribute), negation));
        }
        return entries;
    }

    private static Option MakeOption(PropertyInfo property, OptionAttribute attribute)
    {
        return property.GetValue(s_defaults) switch
        {
            null when property.PropertyType == typeof(bool?) => new Option<bool>(attribute.Name) { Description = attribute.Description },
            null when property.PropertyType == typeof(int?) => new Option<int>(attribute.Name) { Description = attribute.Description, HelpName = "N" },
            int number => new Option<int>(attribute.Name) { Description = attribute.Description, DefaultValueFactory = _ => number, HelpName = "N" },
            long number => new Option<long>(attribute.Name) { Description = attribute.Description, DefaultValueFactory = _ => number, HelpName = "N" },
            bool => new Option<bool>(attribute.Name) { Description = attribute.Description },
            string text => new Option<string>(attribute.Name) { Description = attribute.Description, DefaultValueFactory = _ => text, HelpName = "TEXT" },
            TransportKind transport => MakeChoice(attribute, transport),
            LogFormat format => MakeChoice(attribute, format),
            LogLevel level => MakeChoice(attribute, level),
            Durability durability => MakeChoice(attribute, durability),
            _ => throw new NotSupportedException($"{property.Name} has a type no option can have"),
        };
    }

    private static Option<T> MakeChoice<T>(OptionAttribute attribute, T defaultValue) where T : struct, Enum
    {
        string[] words = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToArray();
        return new Option<T>(attribute.Name)
        {
            Description = attribute.Description,
            DefaultValueFactory = _ => defaultValue,
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                int index = Array.IndexOf(words, word.ToLowerInvariant());
                if (index >= 0) return Enum.GetValues<T>()[index];
                result.AddError($"{attribute.Name}: '{word}' is none of {string.Join(", ", words)}");
                return defaultValue;
            },
        };
    }

    private static RootCommand MakeRoot(List<Entry> entries, out Option<bool> versionOption)
    {
        RootCommand root = new("Time-series SQL database with an HTTP interface.");
        root.Options.Remove(root.Options.OfType<VersionOption>().First());
        root.Directives.Clear();
        versionOption = new Option<bool>("--version") { Description = "Print the version and exit" };
        root.Options.Add(versionOption);
        foreach (Entry entry in entries)
        {
            root.Options.Add(entry.Option);
            if (entry.Negation is not null) root.Options.Add(entry.Negation);
        }
        // An action makes the root command runnable; what is run is decided by the caller.
        root.SetAction(_ => 0);
        return root;
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is OptionResult { Implicit: false };

    private static object? Value(ParseResult parsed, Option option) => option switch
    {
        Option<int> number => parsed.GetValue(number),
        Option<long> number => parsed.GetValue(number),
        Option<bool> flag => parsed.GetValue(flag),
        Option<string> text => parsed.GetValue(text),
        Option<TransportKind> transport => parsed.GetValue(transport),
        Option<LogFormat> format => parsed.GetValue(format),
        Option<LogLevel> level => parsed.GetValue(level),
        Option<Durability> durability => parsed.GetValue(durability),
        _ => null,
    };

    private static string NormaliseFlag(Entry entry, string text)
    {
        if (entry.Option is not Option<bool>) return text;
        return text.ToLowerInvariant() switch
        {
            "1" or "yes" or "on" => "true",
            "0" or "no" or "off" => "false",
            _ => text,
        };
    }

    private static string? OutOfRange(OptionAttribute attribute, object value)
    {
        if (value is string text) return text.Length == 0 ? "must not be empty" : null;
        if (value is not (int or long)) return null;
        long number = Convert.ToInt64(value, CultureInfo.InvariantCulture);
        if (number >= attribute.Min && number <= attribute.Max) return null;
        return attribute.Max == long.MaxValue
            ? $"{number} is too small, the least is {attribute.Min}"
            : $"{number} is not between {attribute.Min} and {attribute.Max}";
    }
}
