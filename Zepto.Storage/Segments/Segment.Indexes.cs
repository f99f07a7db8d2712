using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Segments;

/// <summary>What scans have found out of how the values lie; not stored.</summary>
public sealed partial class Segment
{
    private ColumnIndex?[]? _indexes;

    /// <summary>The index of a column, by its place in the layout; made when missing.</summary>
    internal ColumnIndex IndexAt(int position)
    {
        var indexes = Volatile.Read(ref _indexes);
        if (indexes is null)
        {
            var made = new ColumnIndex?[Layout.Columns.Length];
            indexes = Interlocked.CompareExchange(ref _indexes, made, null) ?? made;
        }

        if (Volatile.Read(ref indexes[position]) is { } known)
            return known;
        var index = new ColumnIndex();
        return Interlocked.CompareExchange(ref indexes[position], index, null) ?? index;
    }

    /// <summary>Takes the index of a column away; a reader may still look at it. Null where there is none.</summary>
    internal ColumnIndex? TakeIndex(ColumnId column)
    {
        var position = Layout.PositionOf(column);
        return position >= 0 && Volatile.Read(ref _indexes) is { } indexes ? Interlocked.Exchange(ref indexes[position], null) : null;
    }

    /// <summary>Frees the indexes; no reader may look at the segment any more.</summary>
    internal void FreeIndexes()
    {
        foreach (var index in Volatile.Read(ref _indexes) ?? [])
            index?.Dispose();
    }
}
