using System.Globalization;
using System.Reflection;

namespace Zepto.Http.Hosting.Configuration;

/// <summary>
/// One option of the server: its names, the values it takes, and the property of <see cref="ServerOptions"/> that it sets. What a text means is the same
/// for the command line, the environment and the file. Immutable.
/// </summary>
public sealed class OptionEntry
{
    private readonly PropertyInfo _property;
    private readonly OptionAttribute _attribute;
    private readonly Type _type;

    internal OptionEntry(PropertyInfo property, OptionAttribute attribute, ServerOptions defaults)
    {
        _property = property;
        _attribute = attribute;
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Words = _type.IsEnum ? [.. Enum.GetNames(_type).Select(name => name.ToLowerInvariant())] : [];
        Default = property.GetValue(defaults) is var value and not "" ? value : null;
        if (!IsFlag && !IsText && !IsNumber && Words.Count == 0) throw new NotSupportedException($"{property.Name} has a type no option can have");
    }

    /// <summary>Name on the command line, such as <c>--data-dir</c>.</summary>
    public string Name => _attribute.Name;

    /// <summary>Name in a configuration file, such as <c>data-dir</c>.</summary>
    public string Key => Name[2..];

    /// <summary>Name of the environment variable, such as <c>ZEPTO_DATA_DIR</c>.</summary>
    public string Variable => "ZEPTO_" + Key.Replace('-', '_').ToUpperInvariant();

    /// <summary>One line for people.</summary>
    public string Description => _attribute.Description;

    /// <summary>Name on the command line that switches a flag off; null when there is none.</summary>
    public string? Negation => _attribute.Negation;

    /// <summary>Belongs to something done once, so it is no part of a configuration.</summary>
    public bool IsOnceOnly => _attribute.IsOnceOnly;

    /// <summary>What holds when nobody says anything; null when that is no value at all.</summary>
    public object? Default { get; }

    public bool IsFlag => _type == typeof(bool);

    public bool IsText => _type == typeof(string);

    public bool IsNumber => _type == typeof(int) || _type == typeof(long);

    /// <summary>The words it takes; empty unless it is a choice.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Smallest number.</summary>
    public long Min => _attribute.Min;

    /// <summary>Largest number.</summary>
    public long Max => _type == typeof(int) ? Math.Min(_attribute.Max, int.MaxValue) : _attribute.Max;

    /// <summary>Whether the largest number is one that means something, and not only the end of its type.</summary>
    public bool HasMax => _attribute.Max != long.MaxValue;

    /// <summary>Reads a value.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="value">Of the property's type.</param>
    /// <param name="complaint">What is wrong, on one line; empty when nothing is.</param>
    public bool TryParse(string text, out object? value, out string complaint)
    {
        value = null;
        complaint = "";
        if (IsFlag) value = FlagOf(text);
        else if (IsText) value = text;
        else if (IsNumber) value = NumberOf(text);
        else if (Words.ToList().IndexOf(text.ToLowerInvariant()) is >= 0 and var index) value = Enum.GetValues(_type).GetValue(index);

        complaint = (value, Words.Count) switch
        {
            ("", _) => "must not be empty",
            (string, _) when text.Any(char.IsControl) => $"{QuotedText.Of(text)} has control characters",
            (long number, _) when number < Min && !HasMax => $"{number} is too small, the least is {Min}",
            (long number, _) when number < Min || number > Max => $"{number} is not between {Min} and {Max}",
            (null, > 0) => $"{QuotedText.Of(text)} is none of {string.Join(", ", Words)}",
            (null, _) => $"{QuotedText.Of(text)} is {(IsFlag ? "neither true nor false" : "not a whole number")}",
            _ => "",
        };
        if (_type == typeof(int) && complaint.Length == 0) value = (int)(long)value!;
        return complaint.Length == 0;
    }

    /// <summary>A value as it is written, without quotes.</summary>
    public static string TextOf(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Enum word => word.ToString().ToLowerInvariant(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    internal void Set(ServerOptions options, object value) => _property.SetValue(options, value);

    private static bool? FlagOf(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => null,
    };

    private static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
