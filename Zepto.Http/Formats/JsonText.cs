using System.Buffers;
using System.Text;
using Zepto.Http.Responses;

namespace Zepto.Http.Formats;

/// <summary>JSON strings (RFC 8259, section 7) from UTF-8 that may be damaged: what is not UTF-8 becomes U+FFFD.</summary>
public static class JsonText
{
    // What can be copied as it is: printable ASCII but quotation mark and backslash.
    private static readonly SearchValues<byte> s_plainBytes = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\u007f"u8);

    // Longest form of one input byte, \u00XX.
    private const int MaxEscapedBytes = 6;

    // Pieces bound the room reserved at once for a long text.
    private const int PieceBytes = 2048;

    /// <summary>Appends a quoted string.</summary>
    public static void AppendString(BodyBuffer buffer, ReadOnlySpan<byte> text)
    {
        int plain = text.IndexOfAnyExcept(s_plainBytes);
        if (plain < 0)
        {
            Span<byte> span = buffer.GetSpan(text.Length + 2);
            span[0] = (byte)'"';
            text.CopyTo(span[1..]);
            span[text.Length + 1] = (byte)'"';
            buffer.Advance(text.Length + 2);
            return;
        }
        buffer.Append((byte)'"');
        AppendEscaped(buffer, text);
        buffer.Append((byte)'"');
    }

    private static void AppendEscaped(BodyBuffer buffer, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyExcept(s_plainBytes);
            if (plain < 0) plain = text.Length;
            buffer.Append(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty) return;
            int special = text[..Math.Min(text.Length, PieceBytes)].IndexOfAny(s_plainBytes);
            if (special < 0) special = Math.Min(text.Length, PieceBytes);
            text = text[AppendSpecial(buffer, text, special)..];
        }
    }

    // Writes at least `count` bytes of text, more when a character reaches beyond; returns how many.
    private static int AppendSpecial(BodyBuffer buffer, ReadOnlySpan<byte> text, int count)
    {
        Span<byte> span = buffer.GetSpan((count + 4) * MaxEscapedBytes);
        int length = 0;
        int position = 0;
        while (position < count)
        {
            byte value = text[position];
            if (value >= 0x80)
            {
                Rune.DecodeFromUtf8(text[position..], out Rune rune, out int consumed);
                length += rune.EncodeToUtf8(span[length..]); // Undecodable bytes arrive here as U+FFFD.
                position += consumed;
                continue;
            }
            position++;
            byte letter = value switch
            {
                (byte)'"' => (byte)'"',
                (byte)'\\' => (byte)'\\',
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                (byte)'\b' => (byte)'b',
                (byte)'\f' => (byte)'f',
                _ => 0,
            };
            span[length++] = (byte)'\\';
            if (letter != 0)
            {
                span[length++] = letter;
                continue;
            }
            "u00"u8.CopyTo(span[length..]);
            span[length + 3] = (byte)('0' + (value >> 4));
            span[length + 4] = "0123456789abcdef"u8[value & 15];
            length += 5;
        }
        buffer.Advance(length);
        return position;
    }
}
