using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Zepto.Http.Hosting.Configuration;

/// <summary>
/// Reads a configuration file: YAML, of which only lines of <c>key: value</c> are allowed, where the keys are the names of options without their dashes.
/// It is read event by event and ends with the first that does not belong there, so nothing can nest or multiply.
/// </summary>
public sealed class ConfigurationFile
{
    private const int MaxBytes = 1 << 20;

    // What the command line knows besides options of the server.
    private static readonly string[] s_commandsOnly = ["config", "print-config", "version", "help"];

    private readonly string _path;
    private readonly Parser _parser;
    private readonly Dictionary<OptionEntry, Setting> _settings = [];

    private ConfigurationFile(string path, string text)
    {
        _path = path;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The file's settings.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read or says something that is not to be said there.</exception>
    public static IReadOnlyDictionary<OptionEntry, Setting> Read(string path) => Parse(path, TextOf(path));

    /// <summary>The settings of a file's content.</summary>
    /// <param name="path">Named in messages.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it.</exception>
    public static IReadOnlyDictionary<OptionEntry, Setting> Parse(string path, string text)
    {
        ConfigurationFile file = new(path, text);
        // The parser takes it for the end of the file and would pass over what follows.
        if (text.IndexOf('\0') is >= 0 and var at) throw file.Error(text.AsSpan(0, at).Count('\n') + 1, "not valid YAML: a NUL character");
        try
        {
            file.ReadDocument();
        }
        catch (YamlException exception)
        {
            throw file.Error(exception.Start.Line, $"not valid YAML: {QuotedText.OneLine(exception.Message)}");
        }
        return file._settings;
    }

    private static string TextOf(string path)
    {
        byte[] bytes = new byte[MaxBytes + 1];
        int count;
        try
        {
            // Not by its length: a device or a pipe has none.
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException($"cannot read {QuotedText.Of(path)}: {exception.Message.ReplaceLineEndings(" ")}");
        }
        if (count > MaxBytes) throw new ConfigurationException($"cannot read {QuotedText.Of(path)}: it is larger than {MaxBytes} bytes");
        try
        {
            ReadOnlySpan<byte> content = bytes.AsSpan(0, count);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[3..] : content);
        }
        catch (DecoderFallbackException)
        {
            throw new ConfigurationException($"cannot read {QuotedText.Of(path)}: it is not UTF-8");
        }
    }

    private void ReadDocument()
    {
        Next(); // The start of the stream.
        if (Next() is StreamEnd) return;
        ParsingEvent content = Next();
        if (content is MappingStart mapping)
        {
            CheckPlain(mapping, "the file");
            while (Next() is var key and not MappingEnd) ReadSetting(key);
        }
        else if (content is not Scalar { Style: ScalarStyle.Plain, Value: "" })
        {
            throw Error(content, "must be lines of 'key: value'");
        }
        Next(); // The end of the document.
        if (Next() is var more and not StreamEnd) throw Error(more, "a second document is not allowed");
    }

    private void ReadSetting(ParsingEvent keyEvent)
    {
        if (keyEvent is not Scalar keyScalar) throw Error(keyEvent, "a key must be the name of an option");
        string key = keyScalar.Value;
        string quotedKey = $"key {QuotedText.Of(key)}";
        CheckPlain(keyScalar, quotedKey);
        OptionEntry option = OptionOf(keyScalar, quotedKey);
        if (_settings.ContainsKey(option)) throw Error(keyEvent, $"{quotedKey} stands here a second time");

        ParsingEvent valueEvent = Next();
        if (valueEvent is not Scalar scalar)
        {
            throw valueEvent is AnchorAlias ? Error(valueEvent, $"{quotedKey}: aliases are not allowed") : Error(valueEvent, $"{quotedKey} takes one value, not several");
        }
        CheckPlain(scalar, quotedKey);
        bool isQuoted = scalar.Style != ScalarStyle.Plain;
        if (!isQuoted && scalar.Value is "" or "~" or "null" or "Null" or "NULL") throw Error(scalar, $"{quotedKey} has no value");
        if (isQuoted && (option.IsFlag || option.IsNumber)) throw Error(scalar, $"{quotedKey}: {QuotedText.Of(scalar.Value)} is a text because of its quotes, write it without them");
        if (!option.TryParse(scalar.Value, out object? value, out string complaint)) throw Error(scalar, $"{quotedKey}: {complaint}");
        _settings.Add(option, new Setting(option, value, $"file {_path}:{scalar.Start.Line}"));
    }

    private OptionEntry OptionOf(Scalar scalar, string quotedKey)
    {
        string key = scalar.Value;
        OptionEntry? option = OptionTable.Find(key);
        if (option is { IsOnceOnly: true } || s_commandsOnly.Contains(key)) throw Error(scalar, $"{quotedKey} is for the command line only");
        if (option is not null) return option;
        if (OptionTable.All.FirstOrDefault(entry => entry.Negation == "--" + key) is { } negated)
            throw Error(scalar, $"{quotedKey} is not known, write '{negated.Key}: false'");
        throw Error(scalar, $"{quotedKey} is not known{(OptionTable.Nearest(key) is { } nearest ? $", did you mean '{nearest}'?" : "")}");
    }

    private void CheckPlain(NodeEvent node, string what)
    {
        if (!node.Anchor.IsEmpty) throw Error(node, $"{what}: anchors are not allowed");
        if (!node.Tag.IsEmpty) throw Error(node, $"{what}: tags are not allowed");
    }

    private ParsingEvent Next() => _parser.MoveNext() && _parser.Current is { } current ? current : throw new YamlException("the file ends too early");

    private ConfigurationException Error(ParsingEvent at, string message) => Error(at.Start.Line, message);

    private ConfigurationException Error(long line, string message) => new($"{_path}:{line}: {message}");
}
