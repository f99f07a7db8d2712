using System.Text.Json;

namespace Zepto.Http.Endpoints;

/// <summary>A request's JSON that is not as it should be; the message names the field.</summary>
public sealed class BadFieldException(string message) : Exception(message);

/// <summary>
/// Reads the fields of a JSON object in a request's content. Strict: a field that is not known is an error, since a misspelt restriction that is
/// passed over would be a key without one.
/// </summary>
public sealed class JsonFields
{
    private const int MaxTextChars = 256;
    private const int MaxListItems = 10_000;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private readonly JsonElement _root;

    private JsonFields(JsonElement root) => _root = root;

    /// <summary>Parses an object that has no other fields than these. Throws BadFieldException.</summary>
    public static JsonFields Parse(ReadOnlyMemory<byte> content, params ReadOnlySpan<string> names)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(content, s_strict);
            return Of(document.RootElement.Clone(), "The body", names);
        }
        catch (JsonException exception)
        {
            throw new BadFieldException($"The body is not JSON: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new BadFieldException("The body is not JSON: the name of a field is half of a character");
        }
    }

    public bool Has(string name) => _root.TryGetProperty(name, out _);

    /// <summary>A text without control characters; null when the field is missing.</summary>
    public string? Text(string name)
    {
        if (!_root.TryGetProperty(name, out JsonElement value)) return null;
        return value.ValueKind == JsonValueKind.String ? Checked(name, value) : throw new BadFieldException($"Field {name} must be a text");
    }

    /// <summary>A text that has to be there.</summary>
    public string RequiredText(string name) => Text(name) is { Length: > 0 } text ? text : throw new BadFieldException($"Field {name} is missing");

    /// <summary>Texts or whole numbers, each once; null when the field is missing.</summary>
    public IReadOnlyList<string>? Names(string name)
    {
        if (!_root.TryGetProperty(name, out JsonElement value)) return null;
        CheckList(name, value);
        List<string> names = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            string text = NameOf(name, item);
            if (!names.Contains(text)) names.Add(text);
        }
        return names;
    }

    /// <summary>A name that has to be there: a text or a whole number.</summary>
    public string RequiredName(string name) => _root.TryGetProperty(name, out JsonElement value) ? NameOf(name, value) : throw new BadFieldException($"Field {name} is missing");

    /// <summary>An array of objects that has to be there.</summary>
    /// <param name="name">The field.</param>
    /// <param name="names">Fields that its objects may have.</param>
    public IReadOnlyList<JsonFields> Objects(string name, params ReadOnlySpan<string> names)
    {
        if (!_root.TryGetProperty(name, out JsonElement value)) throw new BadFieldException($"Field {name} is missing");
        CheckList(name, value);
        List<JsonFields> objects = [];
        foreach (JsonElement item in value.EnumerateArray()) objects.Add(Of(item, $"An item of {name}", names));
        return objects;
    }

    /// <summary>true or false; null when the field is missing.</summary>
    public bool? Flag(string name)
    {
        if (!_root.TryGetProperty(name, out JsonElement value)) return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new BadFieldException($"Field {name} must be true or false");
    }

    /// <summary>A whole number from 0; null when the field is missing.</summary>
    public long? Number(string name, long most = long.MaxValue)
    {
        if (!_root.TryGetProperty(name, out JsonElement value)) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number) || number < 0 || number > most)
            throw new BadFieldException($"Field {name} must be a whole number from 0{(most == long.MaxValue ? "" : $" to {most}")}");
        return number;
    }

    /// <summary>A whole number from 0 that has to be there.</summary>
    public long RequiredNumber(string name, long most = long.MaxValue) => Number(name, most) ?? throw new BadFieldException($"Field {name} is missing");

    private static JsonFields Of(JsonElement element, string what, ReadOnlySpan<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new BadFieldException($"{what} is not a JSON object");
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name)) throw new BadFieldException($"Field {property.Name} is not known");
        }
        return new JsonFields(element);
    }

    private static void CheckList(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) throw new BadFieldException($"Field {name} must be an array");
        if (value.GetArrayLength() > MaxListItems) throw new BadFieldException($"Field {name} has more than {MaxListItems} items");
    }

    private static string NameOf(string name, JsonElement value)
    {
        string text = value.ValueKind switch
        {
            JsonValueKind.String => Checked(name, value),
            JsonValueKind.Number when value.TryGetInt32(out int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new BadFieldException($"Field {name} must have texts"),
        };
        return text.Length > 0 ? text : throw new BadFieldException($"Field {name} has an empty text");
    }

    private static string Checked(string name, JsonElement value)
    {
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escape like \ud800 alone is well-formed JSON and still no text.
            throw new BadFieldException($"Field {name} has half of a character");
        }
        if (text.Length > MaxTextChars) throw new BadFieldException($"Field {name} is longer than {MaxTextChars} characters");
        return text.Any(char.IsControl) ? throw new BadFieldException($"Field {name} has control characters") : text;
    }
}
