using System.Globalization;

namespace Zepto.Query.Syntax;

/// <summary>`INTERVAL '5 minutes'`, `INTERVAL '5' MINUTE`, `INTERVAL 5 MINUTE`.</summary>
internal ref partial struct Parser
{
    /// <summary>Reads an interval; false, with nothing read, where INTERVAL is a column before a minus.</summary>
    private bool TryParseInterval(out Expression interval)
    {
        interval = null!;
        var ahead = _lexer;
        if (ahead.Next().Kind == TokenKind.Minus)
        {
            var number = ahead.Next().Kind;
            var unit = ahead.Next();
            if (number is not (TokenKind.Integer or TokenKind.Float) || unit.Kind != TokenKind.Word || !IntervalUnit.TryFind(ahead.BytesOf(unit), out _))
                return false;
        }

        var (position, start) = (_token.Position, _token.Start);
        Advance();
        interval = ParseSpan(position, start);
        return true;
    }

    /// <summary>Reads `'5 minutes'`, `'5' MINUTE` or `5 MINUTE`; the text begins at <paramref name="start"/>.</summary>
    private Interval ParseSpan(int position, int start)
    {
        decimal nanoseconds = 0;
        decimal months = 0;
        int end;
        if (At(TokenKind.Text))
        {
            end = _token.End;
            var text = (ReadOnlySpan<byte>)TextLiteral.Decode(Bytes);
            if (TryParseAmount(ref text, out var amount) && text.IsEmpty)
            {
                Advance();
                end = AddUnit(amount, ref nanoseconds, ref months);
            }
            else
            {
                AddParts(ref nanoseconds, ref months);
                Advance();
            }
        }
        else
        {
            var sign = Accept(TokenKind.Minus) ? -1 : 1;
            var digits = Bytes;
            if (!TryParseAmount(ref digits, out var amount) || !digits.IsEmpty)
                throw Unexpected("a number");
            Advance();
            end = AddUnit(sign * amount, ref nanoseconds, ref months);
        }

        var written = TextBetween(start, end);
        if (nanoseconds != 0 && months != 0)
            throw SqlException.Parse($"{written} mixes months with shorter units", AbsolutePosition(position));
        if (nanoseconds is < long.MinValue + 1m or > long.MaxValue || months is < int.MinValue + 1m or > int.MaxValue || months != decimal.Truncate(months))
            throw SqlException.Parse($"{written} is out of range", AbsolutePosition(position));
        return new Interval(position, (long)decimal.Round(nanoseconds), (int)months, written);
    }

    private int AddUnit(decimal amount, ref decimal nanoseconds, ref decimal months)
    {
        if (!At(TokenKind.Word) || !IntervalUnit.TryFind(Bytes, out var unit))
            throw Unexpected("a unit such as SECOND, MINUTE or DAY");
        if (!unit.TryAdd(amount, ref nanoseconds, ref months))
            throw Fail("interval out of range");
        var end = _token.End;
        Advance();
        return end;
    }

    /// <summary>Adds the `amount unit` pairs of the current text.</summary>
    private readonly void AddParts(ref decimal nanoseconds, ref decimal months)
    {
        var text = (ReadOnlySpan<byte>)TextLiteral.Decode(Bytes);
        var parts = 0;
        while (TryParseAmount(ref text, out var amount))
        {
            var letters = text.IndexOfAnyExceptInRange((byte)'A', (byte)'z');
            var name = letters < 0 ? text : text[..letters];
            if (++parts > 16 || !IntervalUnit.TryFind(name, out var unit) || !unit.TryAdd(amount, ref nanoseconds, ref months))
                break;
            text = text[name.Length..].TrimStart((byte)' ');
            if (text.IsEmpty)
                return;
        }

        throw new SqlException(
            Results.StatementErrorKind.Syntax, $"Parse error: malformed interval {Shown()} at position {AbsolutePosition()}, expected a form such as '5 minutes'");
    }

    /// <summary>Takes a number and the blanks around it from the text's beginning.</summary>
    private static bool TryParseAmount(ref ReadOnlySpan<byte> text, out decimal amount)
    {
        text = text.TrimStart((byte)' ');
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit((char)text[length]) || text[length] is (byte)'+' or (byte)'-' or (byte)'.'))
            length++;
        if (length > 24 || !decimal.TryParse(text[..length], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount))
        {
            amount = 0;
            return false;
        }

        text = text[length..].TrimStart((byte)' ');
        return true;
    }
}
