using Zepto.Native.Memory;

namespace Zepto.Query.Execution.Scans;

/// <summary>Rows of a block that lie apart, counted from the first one of them; their values are copied together.</summary>
/// <param name="rows">Room for the rows of a block.</param>
internal unsafe struct PickedRows(int* rows)
{
    /// <summary>Rows picked; 0 where none is left out.</summary>
    public int Count { get; private set; }

    /// <summary>The rows.</summary>
    public readonly ReadOnlySpan<int> Rows => new(rows, Count);

    public void Clear() => Count = 0;

    public void Add(int row) => rows[Count++] = row;

    /// <summary>The values of the rows picked, together; the values as they are where none is left out.</summary>
    public readonly T* Of<T>(T* values, NativeArena scratch) where T : unmanaged
    {
        if (Count == 0)
            return values;
        var target = scratch.Allocate<T>(Count);
        for (var i = 0; i < Count; i++)
            target[i] = values[rows[i]];
        return target;
    }
}
