using Zepto.Native.Memory;

namespace Zepto.Query.Execution.Windows;

/// <summary>A growing list of row numbers in an arena.</summary>
internal unsafe struct RowList(NativeArena arena)
{
    private const int SmallestCapacity = 64;

    private readonly NativeArena _arena = arena;
    private int* _rows;
    private int _capacity;

    /// <summary>Rows held.</summary>
    public int Count { get; private set; }

    public readonly int this[int index] => _rows[index];

    public void Add(int row)
    {
        if (Count == _capacity)
            Grow();
        _rows[Count++] = row;
    }

    /// <summary>Forgets the rows, keeps the memory.</summary>
    public void Clear() => Count = 0;

    private void Grow()
    {
        _capacity = Math.Max(SmallestCapacity, _capacity * 2);
        var rows = _arena.Allocate<int>(_capacity);
        new Span<int>(_rows, Count).CopyTo(new Span<int>(rows, Count));
        _rows = rows;
    }
}
