using System.Runtime.InteropServices;
using System.Text;
using Zepto.Query.Execution;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Fakes;

/// <summary>A column of a <see cref="RowSource"/>: its shape and its values as they lie in a vector.</summary>
internal sealed record SourceColumn(ColumnShape Shape, byte[] Values, CodeDictionary? Dictionary = null, string?[]? Texts = null)
{
    public static SourceColumn Of(long?[] values, ColumnType type = ColumnType.Int64) =>
        new(new ColumnShape(type, VectorKind.Int64, true), Bytes(values.Select(v => v ?? Nulls.Int64).ToArray()));

    public static SourceColumn Of(double?[] values) =>
        new(new ColumnShape(ColumnType.Float64, VectorKind.Float64, true), Bytes(values.Select(v => v ?? Nulls.Float64).ToArray()));

    public static SourceColumn Of(bool?[] values) =>
        new(new ColumnShape(ColumnType.Bool, VectorKind.Bool, true), values.Select(v => v == null ? Nulls.Bool : (byte)(v.Value ? 1 : 0)).ToArray());

    /// <summary>Text in Text form.</summary>
    public static SourceColumn OfText(string?[] values) => new(new ColumnShape(ColumnType.String, VectorKind.Text, true), [], null, values);

    /// <summary>Text as codes; codes are given in order of first appearance.</summary>
    public static SourceColumn OfCodes(string?[] values)
    {
        var dictionary = new FakeDictionary(values);
        return new(new ColumnShape(ColumnType.Symbol, VectorKind.Code, true), Bytes(values.Select(dictionary.Code).ToArray()), dictionary);
    }

    private static byte[] Bytes<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}

/// <summary>
/// Serves given rows in chunks of a given size. Each chunk lies in the same memory as the one before, which is overwritten on Next and Close,
/// so a reader that keeps views too long reads rubbish. A column whose values in a chunk are all equal comes as a constant vector when asked.
/// </summary>
internal sealed unsafe class RowSource : Operator, IDisposable
{
    private readonly SourceColumn[] _columns;
    private readonly int _rowCount;
    private readonly int _chunkRows;
    private readonly bool _constants;
    private readonly byte[]?[][] _texts;
    private readonly nint[] _chunk;
    private byte* _textBytes;
    private int _textUsed;
    private int _at;

    public RowSource(int rowCount, int chunkRows, bool constants, params SourceColumn[] columns)
        : base(Array.ConvertAll(columns, c => c.Shape))
    {
        _columns = columns;
        _rowCount = rowCount;
        _chunkRows = chunkRows;
        _constants = constants;
        _texts = Array.ConvertAll(columns, c => Array.ConvertAll(c.Texts ?? [], t => t == null ? null : Encoding.UTF8.GetBytes(t)));
        // Checked here, so that serving allocates nothing.
        Assert.All(_texts.SelectMany(t => t), t => Assert.InRange(t?.Length ?? 0, 0, 64));
        _chunk = Array.ConvertAll(columns, c => (nint)NativeMemory.Alloc((nuint)(chunkRows * Vector.WidthBytes(c.Shape.Kind))));
        _textBytes = (byte*)NativeMemory.Alloc((nuint)(chunkRows * columns.Length * 64));
    }

    /// <summary>Opens less closes.</summary>
    public int OpenCount { get; private set; }

    /// <summary>Rows given in this run.</summary>
    public int ServedRows => _at;

    /// <summary>Column whose values rise from row to row; -1 for none.</summary>
    public int RisingColumn { get; init; } = -1;

    public override int AscendingColumn => RisingColumn;

    public override string Describe() => "Rows";

    public override void Open(QueryRun run)
    {
        OpenCount++;
        _at = 0;
    }

    public override bool Next()
    {
        Poison();
        RowCount = Math.Min(_chunkRows, _rowCount - _at);
        if (RowCount <= 0)
            return false;
        for (var i = 0; i < _columns.Length; i++)
        {
            var kind = _columns[i].Shape.Kind;
            if (kind == VectorKind.Text)
                FillTexts(i);
            else
                Values(i).CopyTo(new Span<byte>((void*)_chunk[i], _chunkRows * Vector.WidthBytes(kind)));
            Columns[i] = _constants && AllEqual(i)
                ? Vector.OfConstant(kind, (void*)_chunk[i], RowCount, true, _columns[i].Dictionary)
                : Vector.Of(kind, (void*)_chunk[i], RowCount, true, _columns[i].Dictionary);
        }

        _at += RowCount;
        return true;
    }

    public override void Close()
    {
        OpenCount--;
        Poison();
    }

    public void Dispose()
    {
        foreach (var memory in _chunk)
            NativeMemory.Free((void*)memory);
        NativeMemory.Free(_textBytes);
        _textBytes = null;
    }

    private void Poison()
    {
        for (var i = 0; i < _columns.Length; i++)
            new Span<byte>((void*)_chunk[i], _chunkRows * Vector.WidthBytes(_columns[i].Shape.Kind)).Fill(0x5A);
        new Span<byte>(_textBytes, _textUsed).Fill((byte)'#');
        _textUsed = 0;
    }

    private ReadOnlySpan<byte> Values(int column)
    {
        var width = Vector.WidthBytes(_columns[column].Shape.Kind);
        return _columns[column].Values.AsSpan(_at * width, RowCount * width);
    }

    private void FillTexts(int column)
    {
        var target = (TextRef*)_chunk[column];
        for (var row = 0; row < RowCount; row++)
        {
            if (_texts[column][_at + row] is not { } text)
            {
                target[row] = default;
                continue;
            }

            text.CopyTo(new Span<byte>(_textBytes + _textUsed, text.Length));
            target[row] = new TextRef(_textBytes + _textUsed, text.Length);
            _textUsed += text.Length;
        }
    }

    private bool AllEqual(int column)
    {
        if (_columns[column].Shape.Kind == VectorKind.Text)
            return false;
        var width = Vector.WidthBytes(_columns[column].Shape.Kind);
        var bytes = new ReadOnlySpan<byte>((void*)_chunk[column], RowCount * width);
        return bytes[width..].SequenceEqual(bytes[..^width]);
    }
}

/// <summary>A dictionary of given texts.</summary>
internal sealed unsafe class FakeDictionary : CodeDictionary
{
    private readonly Dictionary<string, int> _codes = [];
    private readonly List<TextRef> _texts = [default];

    public FakeDictionary(IEnumerable<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text == null || !_codes.TryAdd(text, _texts.Count))
                continue;
            // Lives as long as the test process, as a server's dictionary does.
            var bytes = Encoding.UTF8.GetBytes(text);
            var copy = (byte*)NativeMemory.Alloc((nuint)Math.Max(bytes.Length, 1));
            bytes.CopyTo(new Span<byte>(copy, bytes.Length));
            _texts.Add(new TextRef(copy, bytes.Length));
        }
    }

    public override int Count => _texts.Count - 1;

    public override bool IsSymbol => false;

    public int Code(string? text) => text == null ? Nulls.Code : _codes[text];

    public override TextRef Text(int code) => _texts[code];

    public override bool TryFind(ReadOnlySpan<byte> text, out int code) => _codes.TryGetValue(Encoding.UTF8.GetString(text), out code);
}
