using System.Globalization;
using System.Text.Json;

namespace Zepto.Server.Tests.Hosting;

/// <summary>A result in the default JSON. Values are null, bool, long, double or string.</summary>
internal sealed record QueryResult(int Status, string[] Columns, object?[][] Rows, string? Error, string Json)
{
    private static readonly string[] SuccessKeys = ["columns", "data", "rows", "execution_time_us"];

    /// <summary>Reads an answer and checks what every result has: its keys in their order, and as many rows as it says.</summary>
    public static QueryResult Parse(Answer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var root = document.RootElement;
        var error = root.TryGetProperty("error", out var text) ? text.GetString() : null;
        Assert.Equal(error is null ? SuccessKeys : [.. SuccessKeys, "error"], root.EnumerateObject().Select(p => p.Name));
        var columns = root.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToArray();
        var rows = root.GetProperty("data").EnumerateArray().Select(r => r.EnumerateArray().Select(Value).ToArray()).ToArray();
        Assert.Equal(rows.Length, root.GetProperty("rows").GetInt64());
        Assert.All(rows, r => Assert.Equal(columns.Length, r.Length));
        Assert.True(root.GetProperty("execution_time_us").GetDouble() >= 0);
        return new QueryResult(answer.Status, columns, rows, error, answer.Body);
    }

    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => Number(element.GetRawText()),
        _ => throw new InvalidOperationException($"a value cannot be {element.GetRawText()}"),
    };

    // Not cast to one type by a conditional expression, which would make every integer a double.
    private static object Number(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return integer;
        return double.Parse(text, CultureInfo.InvariantCulture);
    }
}
