using System.Text;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Reads the plain literals of an INSERT's rows without tokens or a tree. Whatever it does not recognise it leaves to the parser, which also
/// words the errors, so both accept the same text.
/// </summary>
internal ref struct InsertScanner(ReadOnlySpan<byte> sql, int offset)
{
    private readonly ReadOnlySpan<byte> _sql = sql;

    /// <summary>Offset of the next unread byte.</summary>
    public int Position = offset;

    /// <summary>Skips white space and comments and shows the byte there: 0 at the end, `/` at a comment that does not end.</summary>
    public byte Peek()
    {
        if (Position < _sql.Length && _sql[Position] is > (byte)' ' and not (byte)'-' and not (byte)'/')
            return _sql[Position];
        return PeekAfterBlanks();
    }

    /// <summary>
    /// Reads the literal at <see cref="Position"/>: a number with or without sign, quoted text, NULL, TRUE or FALSE. False for anything else;
    /// the caller decides by the byte that follows whether the literal was the whole value. Text with escapes is decoded into
    /// <paramref name="scratch"/>, which grows to hold it.
    /// </summary>
    public bool TryReadLiteral(ScratchBytes scratch, out InputValue value)
    {
        value = default;
        switch (_sql[Position])
        {
            case (byte)'\'': return TryReadText(scratch, out value);
            case >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'+' or (byte)'.': return TryReadNumber(out value);
            case (byte)'N' or (byte)'n':
                value.IsNull = true;
                return TryReadWord("NULL"u8);
            case (byte)'T' or (byte)'t':
                (value.Type, value.Integer) = (ColumnType.Bool, 1);
                return TryReadWord("TRUE"u8);
            case (byte)'F' or (byte)'f':
                value.Type = ColumnType.Bool;
                return TryReadWord("FALSE"u8);
            default: return false;
        }
    }

    /// <summary>
    /// Reads an integer of at most 18 digits that a comma or a closing parenthesis follows at once: most numbers of most statements. False, and
    /// nothing is read, for anything else.
    /// </summary>
    public bool TryReadPlainInteger(out long value, out byte next)
    {
        var at = Position;
        value = 0;
        next = 0;
        if (at >= _sql.Length)
            return false;
        var isNegative = _sql[at] == '-';
        if (isNegative)
            at++;
        ulong magnitude = 0;
        var digits = NumberText.ReadDigits(_sql, ref at, ref magnitude);
        if (digits is 0 or > NumberText.SignedDigits || at >= _sql.Length)
            return false;
        next = _sql[at];
        if (next is not ((byte)',' or (byte)')'))
            return false;
        value = isNegative ? -(long)magnitude : (long)magnitude;
        Position = at;
        return true;
    }

    /// <summary>As <see cref="TryReadPlainInteger"/>, for quoted text without escapes.</summary>
    public bool TryReadPlainText(out ReadOnlySpan<byte> text, out byte next)
    {
        text = default;
        next = 0;
        if (Position >= _sql.Length || _sql[Position] != '\'')
            return false;
        var body = _sql[(Position + 1)..];
        var length = body.IndexOfAny((byte)'\'', (byte)'\\');
        if (length < 0 || length + 1 >= body.Length || body[length] != '\'')
            return false;
        next = body[length + 1];
        if (next is not ((byte)',' or (byte)')'))
            return false;
        text = body[..length];
        Position += length + 2;
        return true;
    }

    private byte PeekAfterBlanks()
    {
        while (Position < _sql.Length)
        {
            var rest = _sql[Position..];
            if (rest[0] is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r'))
            {
                Position++;
            }
            else if (rest.StartsWith("--"u8))
            {
                var line = rest.IndexOf((byte)'\n');
                Position = line < 0 ? _sql.Length : Position + line + 1;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var close = rest[2..].IndexOf("*/"u8);
                if (close < 0)
                    return rest[0];
                Position += close + 4;
            }
            else
            {
                return rest[0];
            }
        }

        return 0;
    }

    private bool TryReadNumber(out InputValue value)
    {
        var at = Position;
        var isNumber = NumberText.TryRead(_sql, ref at, out value);
        if (isNumber)
            Position = at;
        return isNumber;
    }

    private bool TryReadWord(ReadOnlySpan<byte> word)
    {
        if (_sql.Length - Position < word.Length || !Ascii.EqualsIgnoreCase(_sql.Slice(Position, word.Length), word))
            return false;
        Position += word.Length;
        return true;
    }

    private bool TryReadText(ScratchBytes scratch, out InputValue value)
    {
        value = default;
        var body = _sql[(Position + 1)..];
        var length = 0;
        var hasEscapes = false;
        while (true)
        {
            var found = body[length..].IndexOfAny((byte)'\'', (byte)'\\');
            if (found < 0)
                return false;
            length += found;
            if (body[length] == '\'' && (length + 1 == body.Length || body[length + 1] != '\''))
                break;
            hasEscapes = true;
            length += 2;
            if (length > body.Length)
                return false;
        }

        value.Type = ColumnType.String;
        value.Text = body[..length];
        if (hasEscapes)
        {
            var target = scratch.Take(length);
            value.Text = target[..TextLiteral.Decode(_sql.Slice(Position, length + 2), target)];
        }

        Position += length + 2;
        return true;
    }
}
