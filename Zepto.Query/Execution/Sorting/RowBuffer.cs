using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zepto.Native.Memory;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Sorting;

/// <summary>
/// Rows kept for the rest of a run, column by column, in an arena: blocks of <see cref="BlockRows"/> rows, so that growing never copies.
/// Text is copied along with its bytes. One per operator, readied by <see cref="Reset"/> for each run.
/// </summary>
internal sealed unsafe class RowBuffer(ColumnShape[] shape)
{
    /// <summary>Rows in a block; a multiple of Operator.MaxChunkRows.</summary>
    public const int BlockRows = 1 << BlockShift;

    private const int BlockShift = 14;
    private const int BlockMask = BlockRows - 1;

    private readonly bool[] _mayHaveNulls = new bool[shape.Length];
    private readonly CodeDictionary?[] _dictionaries = new CodeDictionary?[shape.Length];
    private NativeArena? _arena;

    // Addresses of blocks: column c of block b is _blocks[b * columns + c].
    private void** _blocks;
    private int _blockCount;
    private int _blockCapacity;

    /// <summary>Rows held.</summary>
    public int RowCount { get; private set; }

    /// <summary>Columns held.</summary>
    public ColumnShape[] Shape => shape;

    /// <summary>Forgets rows and memory; what follows lies in <paramref name="arena"/>.</summary>
    public void Reset(NativeArena arena)
    {
        _arena = arena;
        _blocks = null;
        _blockCount = _blockCapacity = 0;
        Clear();
    }

    /// <summary>Forgets the rows, keeps the memory.</summary>
    public void Clear()
    {
        RowCount = 0;
        Array.Clear(_mayHaveNulls);
        Array.Clear(_dictionaries);
    }

    /// <summary>Appends whole chunk columns.</summary>
    public void Append(ReadOnlySpan<Vector> columns, int rowCount)
    {
        Debug.Assert(columns.Length == shape.Length);
        var start = Grow(rowCount);
        for (var column = 0; column < columns.Length; column++)
        {
            ref readonly var source = ref columns[column];
            Note(column, source);
            for (var done = 0; done < rowCount;)
            {
                var count = Math.Min(rowCount - done, BlockRows - ((start + done) & BlockMask));
                var target = Address(column, start + done);
                ColumnCopy.Rows(source, done, count, target);
                if (source.Kind == VectorKind.Text)
                    KeepText((TextRef*)target, count);
                done += count;
            }
        }
    }

    /// <summary>Appends the chunk's rows whose numbers are given.</summary>
    public void Append(ReadOnlySpan<Vector> columns, int* rows, int rowCount)
    {
        Debug.Assert(columns.Length == shape.Length);
        var start = Grow(rowCount);
        for (var column = 0; column < columns.Length; column++)
        {
            ref readonly var source = ref columns[column];
            Note(column, source);
            for (var done = 0; done < rowCount;)
            {
                var count = Math.Min(rowCount - done, BlockRows - ((start + done) & BlockMask));
                var target = Address(column, start + done);
                ColumnCopy.Selected(source, rows + done, count, target);
                if (source.Kind == VectorKind.Text)
                    KeepText((TextRef*)target, count);
                done += count;
            }
        }
    }

    /// <summary>Appends rows of another buffer of the same shape and arena; text bytes are shared.</summary>
    public void Append(RowBuffer other, int* rows, int rowCount)
    {
        Debug.Assert(other.Shape.Length == shape.Length && other._arena == _arena);
        var start = Grow(rowCount);
        for (var column = 0; column < shape.Length; column++)
        {
            _mayHaveNulls[column] |= other._mayHaveNulls[column];
            _dictionaries[column] ??= other._dictionaries[column];
            for (var done = 0; done < rowCount;)
            {
                var count = Math.Min(rowCount - done, BlockRows - ((start + done) & BlockMask));
                other.Gather(column, rows + done, count, Address(column, start + done), false);
                done += count;
            }
        }
    }

    /// <summary>Rows that one slice from <paramref name="start"/> on can have: to the end of the block, at most Operator.MaxChunkRows.</summary>
    public int SliceRows(int start) =>
        Math.Min(Math.Min(RowCount - start, BlockRows - (start & BlockMask)), Operator.MaxChunkRows);

    /// <summary>A view on rows of one block; no copy.</summary>
    public Vector Slice(int column, int start, int rowCount)
    {
        Debug.Assert(rowCount <= BlockRows - (start & BlockMask) && rowCount <= RowCount - start);
        return Vector.Of(shape[column].Kind, Address(column, start), rowCount, _mayHaveNulls[column], _dictionaries[column]);
    }

    /// <summary>Dictionary of a Code column; null while it has no rows.</summary>
    public CodeDictionary? Dictionary(int column) => _dictionaries[column];

    /// <summary>Whether a column may hold NULLs.</summary>
    public bool MayHaveNulls(int column) => _mayHaveNulls[column];

    /// <summary>One value of a Text column.</summary>
    public TextRef Text(int column, int row) => *(TextRef*)Address(column, row);

    /// <summary>One value of a Code column.</summary>
    public int Code(int column, int row) => *(int*)Address(column, row);

    /// <summary>One value of an Int64 column.</summary>
    public long Int64(int column, int row) => *(long*)Address(column, row);

    /// <summary>
    /// Copies the values of the given rows to <paramref name="target"/>, which has room for them; with <paramref name="canMiss"/> a row number of
    /// -1 gives NULL.
    /// </summary>
    public Vector Gather(int column, int* rows, int rowCount, void* target, bool canMiss)
    {
        var kind = shape[column].Kind;
        if (RowCount == 0)
        {
            ColumnCopy.FillNull(kind, target, rowCount);
            return Vector.Of(kind, target, rowCount, true, _dictionaries[column]);
        }

        switch (kind)
        {
            case VectorKind.Int64 or VectorKind.Float64:
                Gather(column, rows, rowCount, (long*)target, canMiss, kind == VectorKind.Int64 ? Nulls.Int64 : Nulls.Float64Bits);
                break;
            case VectorKind.Code:
                Gather(column, rows, rowCount, (int*)target, canMiss, Nulls.Code);
                break;
            case VectorKind.Bool:
                Gather(column, rows, rowCount, (byte*)target, canMiss, Nulls.Bool);
                break;
            default:
                Gather(column, rows, rowCount, (TextRef*)target, canMiss, default);
                break;
        }

        return Vector.Of(kind, target, rowCount, canMiss || _mayHaveNulls[column], _dictionaries[column]);
    }

    private void Gather<T>(int column, int* rows, int rowCount, T* target, bool canMiss, T missing) where T : unmanaged
    {
        var columns = shape.Length;
        var blocks = _blocks + column;
        if (canMiss)
        {
            for (var i = 0; i < rowCount; i++)
            {
                var row = rows[i];
                target[i] = row < 0 ? missing : ((T*)blocks[(row >> BlockShift) * columns])[row & BlockMask];
            }
        }
        else
        {
            for (var i = 0; i < rowCount; i++)
            {
                var row = rows[i];
                Debug.Assert((uint)row < (uint)RowCount);
                target[i] = ((T*)blocks[(row >> BlockShift) * columns])[row & BlockMask];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Address(int column, int row) =>
        (byte*)_blocks[(row >> BlockShift) * shape.Length + column] + (long)(row & BlockMask) * Vector.WidthBytes(shape[column].Kind);

    private int Grow(int rowCount)
    {
        var start = RowCount;
        if (rowCount > int.MaxValue - BlockRows - start)
            throw new SqlException(StatementErrorKind.MemoryLimit, "A step of the query would have to hold more than 2 billion rows: add a filter");
        RowCount = start + rowCount;
        while (RowCount > (long)_blockCount << BlockShift)
            AddBlock();
        return start;
    }

    private void AddBlock()
    {
        var columns = shape.Length;
        if (_blockCount == _blockCapacity)
        {
            var capacity = Math.Max(_blockCapacity * 2, 16);
            var blocks = (void**)_arena!.Allocate((long)capacity * columns * sizeof(void*));
            if (_blockCount > 0)
                new Span<nint>(_blocks, _blockCount * columns).CopyTo(new Span<nint>(blocks, _blockCount * columns));
            _blocks = blocks;
            _blockCapacity = capacity;
        }

        // The extra cache line keeps the columns' rows from falling into the same cache sets.
        for (var column = 0; column < columns; column++)
            _blocks[_blockCount * columns + column] = _arena!.Allocate((long)BlockRows * Vector.WidthBytes(shape[column].Kind) + 64);
        _blockCount++;
    }

    private void Note(int column, in Vector source)
    {
        Debug.Assert(source.Kind == shape[column].Kind);
        _mayHaveNulls[column] |= source.MayHaveNulls;
        if (source.Dictionary == null || source.Dictionary == _dictionaries[column])
            return;
        if (_dictionaries[column] != null)
            throw new SqlException(StatementErrorKind.Internal, "Chunks of one column came with different dictionaries");
        _dictionaries[column] = source.Dictionary;
    }

    private void KeepText(TextRef* texts, int count)
    {
        byte* lastSource = null;
        for (var i = 0; i < count; i++)
        {
            if (texts[i].IsNull)
                continue;
            var bytes = texts[i].Bytes;
            fixed (byte* source = bytes)
            {
                // Constants and repeated dictionary texts come as the same address again.
                if (i > 0 && source != null && source == lastSource && texts[i - 1].LengthBytes == bytes.Length)
                {
                    texts[i] = texts[i - 1];
                    continue;
                }

                lastSource = source;
            }

            var copy = (byte*)_arena!.Allocate(Math.Max(bytes.Length, 1), 1);
            bytes.CopyTo(new Span<byte>(copy, bytes.Length));
            texts[i] = new TextRef(copy, bytes.Length, texts[i].IsNumber);
        }
    }
}
