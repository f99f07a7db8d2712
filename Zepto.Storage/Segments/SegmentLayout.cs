using Zepto.Storage.Schema;

namespace Zepto.Storage.Segments;

/// <summary>A column that a segment stores.</summary>
internal readonly record struct StoredColumn(ColumnId Id, ColumnType Type)
{
    /// <summary>Bytes of a value.</summary>
    public int WidthBytes => TableSchema.WidthBytes(Type);
}

/// <summary>
/// Which columns a segment stores, in which order: those its table had when it was made, without the designated symbol, which is the series.
/// Immutable and shared by the segments made at one time; columns added, renamed or dropped later do not touch it.
/// </summary>
internal sealed class SegmentLayout
{
    private readonly StoredColumn[] _columns;
    private readonly int[] _positionById;

    public SegmentLayout(StoredColumn[] columns)
    {
        _columns = columns;
        _positionById = new int[columns.Length == 0 ? 0 : columns.Max(c => c.Id.Value) + 1];
        Array.Fill(_positionById, -1);
        for (var i = 0; i < columns.Length; i++)
            _positionById[columns[i].Id.Value] = i;
    }

    /// <summary>The columns in stored order.</summary>
    public ReadOnlySpan<StoredColumn> Columns => _columns;

    /// <summary>Place of a column among the stored ones; -1 where it is none of them.</summary>
    public int PositionOf(ColumnId id) => (uint)id.Value < (uint)_positionById.Length ? _positionById[id.Value] : -1;

    /// <summary>Whether it stores every column that another one does; what it stores beyond them nobody reads any more.</summary>
    public bool Covers(SegmentLayout other)
    {
        if (other == this)
            return true;
        foreach (var column in other._columns)
        {
            if (PositionOf(column.Id) < 0)
                return false;
        }

        return true;
    }

    /// <summary>Whether it stores the same columns in the same order.</summary>
    public bool IsSameAs(SegmentLayout other) => other == this || _columns.AsSpan().SequenceEqual(other._columns);
}
