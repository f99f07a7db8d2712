using System.Buffers;
using ZstdSharp;

namespace Zepto.Load.Csv;

/// <summary>
/// Reads CSV (RFC 4180) row by row. Lines end with LF or CRLF; a byte order mark is skipped, and so is an empty line unless rows have one field.
/// Order of use: <see cref="ReadRow"/>, then the fields of that row, which are valid until the next call. A LoadException names file and line
/// of what is not CSV.
/// </summary>
internal sealed class CsvReader(Stream input, string path, int bufferBytes = 1 << 20)
{
    /// <summary>Longest row; a longer one is a quote that was never closed.</summary>
    public const int MaxRowBytes = 64 << 20;

    private readonly record struct Field(int Start, int Length, bool IsQuoted, bool HasDoubledQuotes);

    private static readonly SearchValues<byte> s_unquotedStops = SearchValues.Create(",\n\""u8);

    private byte[] _buffer = new byte[bufferBytes];
    private int _start;
    private int _end;
    private bool _isAtEnd;
    private bool _isFirstRead = true;
    private Field[] _fields = new Field[16];
    private long _nextLine = 1;

    /// <summary>Line on which the current row begins; the first has 1.</summary>
    public long Line { get; private set; }

    /// <summary>Fields of the current row.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Contents of a field, without quotes.</summary>
    public ReadOnlySpan<byte> Value(int index) => _buffer.AsSpan(_fields[index].Start, _fields[index].Length);

    /// <summary>Whether a field is empty and not in quotes, which means NULL.</summary>
    public bool IsNull(int index) => _fields[index].Length == 0 && !_fields[index].IsQuoted;

    /// <summary>Goes to the next row; false at the end of the text.</summary>
    public bool ReadRow()
    {
        while (true)
        {
            if (!TryParseRow(out var rowEnd, out var lines))
            {
                if (!_isAtEnd)
                {
                    Refill();
                    continue;
                }

                return false;
            }

            var isEmptyLine = FieldCount == 1 && IsNull(0);
            Line = _nextLine;
            _nextLine += lines;
            _start = rowEnd;
            if (isEmptyLine && ExpectedFields != 1)
                continue;
            RemoveDoubledQuotes();
            return true;
        }
    }

    /// <summary>Fields that rows should have; decides whether an empty line is a row.</summary>
    public int ExpectedFields { get; set; }

    /// <summary>Finds the row that starts at _start. False when its end is not in the buffer yet, or when the text is over.</summary>
    private bool TryParseRow(out int rowEnd, out int lines)
    {
        FieldCount = 0;
        lines = 1;
        rowEnd = _start;
        if (_start == _end)
            return false;
        var text = _buffer.AsSpan(0, _end);
        for (var position = _start; ;)
        {
            if (position < text.Length && text[position] == '"')
            {
                if (!TryParseQuoted(text, ref position, ref lines))
                    return false;
            }
            else
            {
                var length = text[position..].IndexOfAny(s_unquotedStops);
                if (length < 0)
                {
                    if (!_isAtEnd)
                        return false;
                    length = text.Length - position;
                }

                var end = position + length;
                if (end < text.Length && text[end] == '"')
                    throw Fail(lines, "a quote inside a field that does not begin with one");
                // The CR of a CRLF is no part of the field.
                var isCut = end < text.Length && text[end] == '\n' && length > 0 && text[end - 1] == '\r';
                Add(new Field(position, isCut ? length - 1 : length, IsQuoted: false, HasDoubledQuotes: false));
                position = end;
            }

            if (position == text.Length)
            {
                rowEnd = position;
                return _isAtEnd;
            }

            if (text[position++] == '\n')
            {
                rowEnd = position;
                return true;
            }
        }
    }

    /// <summary>Takes a field in quotes and a CR after it; <paramref name="position"/> is then at a comma, at a line feed or at the end.</summary>
    private bool TryParseQuoted(ReadOnlySpan<byte> text, ref int position, ref int lines)
    {
        var start = position + 1;
        var hasDoubledQuotes = false;
        for (var from = start; ;)
        {
            var length = text[from..].IndexOf((byte)'"');
            if (length < 0)
                return _isAtEnd ? throw Fail(lines, "a quote is not closed") : false;
            var quote = from + length;
            if (quote + 1 == text.Length && !_isAtEnd)
                return false;
            if (quote + 1 < text.Length && text[quote + 1] == '"')
            {
                hasDoubledQuotes = true;
                from = quote + 2;
                continue;
            }

            Add(new Field(start, quote - start, IsQuoted: true, hasDoubledQuotes));
            lines += text[start..quote].Count((byte)'\n');
            position = quote + 1;
            break;
        }

        if (position < text.Length && text[position] == '\r')
        {
            if (position + 1 == text.Length && !_isAtEnd)
                return false;
            if (position + 1 < text.Length && text[position + 1] == '\n')
                position++;
        }

        if (position < text.Length && text[position] is not ((byte)',' or (byte)'\n'))
            throw Fail(lines, "text after a closing quote");
        return true;
    }

    private void Add(Field field)
    {
        if (FieldCount == _fields.Length)
            Array.Resize(ref _fields, _fields.Length * 2);
        _fields[FieldCount++] = field;
    }

    /// <summary>Done in place and only once the row is whole, because an incomplete row is parsed again from its start.</summary>
    private void RemoveDoubledQuotes()
    {
        for (var i = 0; i < FieldCount; i++)
        {
            ref var field = ref _fields[i];
            if (!field.HasDoubledQuotes)
                continue;
            var bytes = _buffer.AsSpan(field.Start, field.Length);
            var length = 0;
            for (var from = 0; from < bytes.Length; from++)
            {
                bytes[length++] = bytes[from];
                if (bytes[from] == '"')
                    from++;
            }

            field = field with { Length = length };
        }
    }

    /// <summary>Moves what is left to the front of the buffer and reads more behind it.</summary>
    private void Refill()
    {
        var left = _end - _start;
        if (left > MaxRowBytes)
            throw Fail(lines: 1, $"a row of more than {MaxRowBytes >> 20} MiB; is a quote not closed?");
        if (left > _buffer.Length / 2)
        {
            var larger = new byte[_buffer.Length * 2];
            _buffer.AsSpan(_start, left).CopyTo(larger);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, left).CopyTo(_buffer);
        }

        (_start, _end) = (0, left);
        try
        {
            // Filled up, so that a long row is parsed again as seldom as may be.
            var free = _buffer.AsSpan(_end);
            var read = input.ReadAtLeast(free, free.Length, throwOnEndOfStream: false);
            _isAtEnd = read < free.Length;
            _end += read;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ZstdException)
        {
            throw Fail(lines: 1, error.Message);
        }

        if (_isFirstRead && _buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8))
            _start = 3;
        _isFirstRead = false;
    }

    private LoadException Fail(int lines, string what) => new($"{path}:{_nextLine + lines - 1}: {what}");
}
