using Zepto.Native.Memory;
using Zepto.Query.Execution.Grouping;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Aggregation;

/// <summary>
/// The groups of an aggregation: numbers them in order of first appearance and keeps their key values for the output. NULL is a key like others.
/// One per operator, readied for each run.
/// </summary>
internal sealed unsafe class GroupStore
{
    private readonly ColumnShape[] _shape;
    private readonly KeyGrouper _grouper;
    private readonly RowBuffer _keys;
    private readonly int[] _all;
    private int* _selection;

    public GroupStore(ColumnShape[] shape)
    {
        _shape = shape;
        var kinds = Array.ConvertAll(shape, s => s.Kind);
        _grouper = new KeyGrouper(kinds, kinds, groupNulls: true);
        _keys = new RowBuffer(shape);
        _all = [.. Enumerable.Range(0, shape.Length)];
    }

    /// <summary>Groups so far.</summary>
    public int Count => _keys.RowCount;

    /// <summary>Forgets all groups.</summary>
    public void Reset(NativeArena arena)
    {
        _grouper.Reset(arena);
        _keys.Reset(arena);
        _selection = arena.Allocate<int>(Operator.MaxChunkRows);
    }

    /// <summary>Writes the group of each row, making new ones.</summary>
    /// <param name="keys">Key columns of a chunk.</param>
    /// <param name="rowCount">Rows, at most Operator.MaxChunkRows.</param>
    /// <param name="groups">Room for a number a row.</param>
    public void Find(ReadOnlySpan<Vector> keys, int rowCount, int* groups)
    {
        _grouper.Add(keys, _all, rowCount, groups);
        var added = 0;
        for (var i = 0; i < rowCount; i++)
        {
            // New groups come in rising order, each for the first time at its first row.
            if (groups[i] == Count + added)
                _selection[added++] = i;
        }

        if (added > 0)
            _keys.Append(keys, _selection, added);
    }

    /// <summary>Group of the one row that keys constant in the chunk stand for.</summary>
    public int FindOne(ReadOnlySpan<Vector> keys)
    {
        int group;
        Find(keys, 1, &group);
        return group;
    }

    /// <summary>Groups that one slice of keys from <paramref name="first"/> on can have.</summary>
    public int SliceRows(int first) => _keys.SliceRows(first);

    /// <summary>Keys of consecutive groups; no copy.</summary>
    public void Slice(int first, int count, Span<Vector> target)
    {
        for (var i = 0; i < _shape.Length; i++)
            target[i] = _keys.Slice(i, first, count);
    }
}
