using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Zepto.Http.Hosting;

/// <summary>The server's log: one line an event. Thread-safe. Events are rare, requests are not logged.</summary>
public sealed class ServerLog(TextWriter output, LogFormat format, LogLevel level)
{
    private static readonly JsonWriterOptions s_jsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();

    /// <summary>Writes one event with named values.</summary>
    /// <param name="eventLevel">Left out when below the log's level.</param>
    /// <param name="message">What happened, plain English, one line.</param>
    /// <param name="values">Numbers and texts that belong to it.</param>
    public void Write(LogLevel eventLevel, string message, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (eventLevel < level) return;
        string time = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        string levelName = eventLevel.ToString().ToLowerInvariant();
        string line = format == LogFormat.Json ? JsonLine(time, levelName, message, values) : TextLine(time, levelName, message, values);
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private static string TextLine(string time, string levelName, string message, ReadOnlySpan<(string Name, object? Value)> values)
    {
        StringBuilder line = new();
        line.Append(time).Append(' ').Append(levelName.PadRight(7)).Append(' ').Append(OneLine(message));
        foreach ((string name, object? value) in values)
        {
            string text = OneLine(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            bool isQuoted = text.Length == 0 || text.AsSpan().ContainsAny(" \"=");
            line.Append(' ').Append(name).Append('=');
            if (isQuoted) line.Append('"').Append(text.Replace("\"", "\\\"")).Append('"');
            else line.Append(text);
        }
        return line.ToString();
    }

    private static string JsonLine(string time, string levelName, string message, ReadOnlySpan<(string Name, object? Value)> values)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_jsonOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time);
            writer.WriteString("level", levelName);
            writer.WriteString("message", message);
            foreach ((string name, object? value) in values)
            {
                if (value is int or long) writer.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                else if (value is bool flag) writer.WriteBoolean(name, flag);
                else writer.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
