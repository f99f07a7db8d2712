namespace Zepto.Query.Execution.Scans;

/// <summary>Rows of a segment that lie apart and are read as one chunk.</summary>
/// <param name="rows">Room for the rows of a chunk.</param>
internal unsafe struct PickedRows(int* rows)
{
    /// <summary>Rows picked.</summary>
    public int Count { get; private set; }

    /// <summary>The rows in their order.</summary>
    public readonly ReadOnlySpan<int> Span => new(rows, Count);

    public void Clear() => Count = 0;

    public void Add(int row) => rows[Count++] = row;
}
