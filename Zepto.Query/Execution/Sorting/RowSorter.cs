using System.Diagnostics;
using System.Runtime.InteropServices;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Sorting;

/// <summary>
/// Finds the order of buffered rows: keys become exact 64-bit numbers, several keys are packed into one number where their ranges allow,
/// and a stable radix sort orders what is not in order already. Begin, Add… in key order, Sort. Results lie in the run's scratch memory:
/// the caller marks before Begin and releases when done.
/// </summary>
internal sealed unsafe class RowSorter
{
    private readonly CodePrefixes _prefixes = new();
    private KeyColumn[] _keys = new KeyColumn[4];
    private QueryRun? _run;
    private int _rowCount;

    /// <summary>Keys added.</summary>
    public int KeyCount { get; private set; }

    /// <summary>Starts with no keys.</summary>
    public void Begin(QueryRun run, int rowCount)
    {
        _run = run;
        _rowCount = rowCount;
        KeyCount = 0;
        _prefixes.Reset(run.Scratch);
    }

    /// <summary>Adds a key that is numbers already, one a row, least first.</summary>
    public void Add(long* values)
    {
        if (KeyCount == _keys.Length)
            Array.Resize(ref _keys, KeyCount * 2);
        var least = long.MaxValue;
        var greatest = long.MinValue;
        for (var i = 0; i < _rowCount; i++)
        {
            least = Math.Min(least, values[i]);
            greatest = Math.Max(greatest, values[i]);
        }

        _keys[KeyCount++] = new KeyColumn(values, least, _rowCount == 0 ? 0 : unchecked((ulong)greatest - (ulong)least));
    }

    /// <summary>Adds a column of the buffer as a key.</summary>
    public void Add(RowBuffer rows, SortKey key)
    {
        var values = EncodeBase(rows, key.Column);
        KeyEncoding.Direct(values, _rowCount, key.Descending, key.NullsFirst);
        Add(values);
    }

    /// <summary>Exact base forms of a column, one a row, in scratch memory.</summary>
    public long* EncodeBase(RowBuffer rows, int column)
    {
        var values = _run!.Scratch.Allocate<long>(_rowCount);
        var exact = true;
        for (var start = 0; start < _rowCount;)
        {
            var count = rows.SliceRows(start);
            exact &= KeyEncoding.Encode(rows.Slice(column, start, count), count, _prefixes, values + start);
            start += count;
        }

        if (!exact)
            TextRanking.Rank(rows, column, _rowCount, values, _run);
        return values;
    }

    /// <summary>Numbers of a key, by row.</summary>
    public long* Values(int key) => _keys[key].Values;

    /// <summary>Row numbers in key order, equal rows in row order; null when the rows are in order as they are.</summary>
    public int* Sort()
    {
        if (InOrder())
            return null;
        int* order = null;
        for (var end = KeyCount; end > 0;)
        {
            // As many keys as fit 64 bits, from the last on; earlier groups are sorted later and so win.
            var first = end;
            var bits = 0;
            while (first > 0 && bits + RadixSort.Bits(_keys[first - 1].Range) <= 64)
                bits += RadixSort.Bits(_keys[--first].Range);
            Debug.Assert(first < end);
            order = SortBy(first, end, bits, order);
            end = first;
        }

        return order;
    }

    private bool InOrder()
    {
        for (var i = 1; i < _rowCount; i++)
        {
            for (var key = 0; key < KeyCount; key++)
            {
                var values = _keys[key].Values;
                if (values[i - 1] < values[i])
                    break;
                if (values[i - 1] > values[i])
                    return false;
            }
        }

        return true;
    }

    private int* SortBy(int firstKey, int endKey, int bits, int* order)
    {
        var scratch = _run!.Scratch;
        var result = order == null ? scratch.Allocate<int>(_rowCount) : order;
        var mark = scratch.MarkPosition();
        var rowBits = RadixSort.Bits((ulong)_rowCount - 1);
        if (order == null && bits + rowBits <= 64)
        {
            var packed = scratch.Allocate<PackedRow>(_rowCount);
            for (var i = 0; i < _rowCount; i++)
                packed[i] = new PackedRow(Pack(firstKey, endKey, i) << rowBits | (uint)i);
            packed = RadixSort.Sort(packed, scratch.Allocate<PackedRow>(_rowCount), _rowCount, rowBits, rowBits + bits, _run);
            var rowMask = (1UL << rowBits) - 1;
            for (var i = 0; i < _rowCount; i++)
                result[i] = (int)(packed[i].Key & rowMask);
        }
        else
        {
            var items = scratch.Allocate<KeyedRow>(_rowCount);
            for (var i = 0; i < _rowCount; i++)
            {
                var row = order == null ? i : order[i];
                items[i] = new KeyedRow(Pack(firstKey, endKey, row), row);
            }

            items = RadixSort.Sort(items, scratch.Allocate<KeyedRow>(_rowCount), _rowCount, 0, bits, _run);
            for (var i = 0; i < _rowCount; i++)
                result[i] = items[i].Row;
        }

        scratch.Release(mark);
        return result;
    }

    private ulong Pack(int firstKey, int endKey, int row)
    {
        ulong packed = 0;
        for (var key = firstKey; key < endKey; key++)
        {
            ref var column = ref _keys[key];
            var bits = RadixSort.Bits(column.Range);
            packed = bits == 64 ? 0 : packed << bits;
            packed |= unchecked((ulong)column.Values[row] - (ulong)column.Least);
        }

        return packed;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly struct KeyColumn(long* values, long least, ulong range)
    {
        public readonly long* Values = values;
        public readonly long Least = least;
        public readonly ulong Range = range;
    }
}
