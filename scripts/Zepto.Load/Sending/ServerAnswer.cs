using System.Text;
using System.Text.Json;

namespace Zepto.Load.Sending;

/// <summary>The server's JSON answer to a statement that succeeded.</summary>
internal sealed class ServerAnswer
{
    private readonly JsonElement _data;

    private ServerAnswer(JsonElement data) => _data = data;

    /// <summary>Rows of the result.</summary>
    public int RowCount => _data.GetArrayLength();

    /// <summary>Text of one cell.</summary>
    public string Cell(int row, int column) => _data[row][column].ToString();

    /// <summary>
    /// Reads an answer. The server says with status 200 and the key <c>error</c> that a statement failed, and with another status that it did not
    /// run it; both become a LoadException with the server's text.
    /// </summary>
    public static ServerAnswer Parse(int status, ReadOnlyMemory<byte> body)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(body);
            root = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 200)]).ReplaceLineEndings(" ").Trim();
            throw new LoadException($"the server answered with status {status} and no JSON: {text}");
        }

        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error))
            throw new LoadException(status == 200 ? $"the server says: {error}" : $"the server says (status {status}): {error}");
        if (status != 200)
            throw new LoadException($"the server answered with status {status}");
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
            throw new LoadException("the server's answer has no data; is this a ZeptoDB server?");
        return new ServerAnswer(data);
    }
}
