using Zepto.Native.Memory;

namespace Zepto.Query.Aggregates;

/// <summary>All values of one group, as numbers that order as the values do, in a list of growing blocks in an arena.</summary>
internal unsafe struct ValueBlocks
{
    // Header and values of the first block fill 128 bytes, those of the largest 64 KiB.
    private const int FirstCapacity = 14;
    private const int LargestCapacity = 8190;

    private Block* _newest;
    private Block* _oldest;

    /// <summary>Values held.</summary>
    public long Count { get; private set; }

    public void Add(long value, NativeArena arena)
    {
        if (_newest == null || _newest->Count == _newest->Capacity)
            Grow(arena);
        _newest->Values[_newest->Count++] = value;
        Count++;
    }

    /// <summary>Takes over the other's blocks; neither list's memory moves.</summary>
    public void Append(in ValueBlocks other)
    {
        if (other._newest == null)
            return;
        if (_oldest == null)
            _newest = other._newest;
        else
            _oldest->Older = other._newest;
        _oldest = other._oldest;
        Count += other.Count;
    }

    /// <summary>Writes all values, in no particular order.</summary>
    public readonly void CopyTo(long* target)
    {
        for (var block = _newest; block != null; block = block->Older)
        {
            new ReadOnlySpan<long>(block->Values, block->Count).CopyTo(new Span<long>(target, block->Count));
            target += block->Count;
        }
    }

    private void Grow(NativeArena arena)
    {
        var capacity = _newest == null ? FirstCapacity : Math.Min(_newest->Capacity * 2 + 2, LargestCapacity);
        var block = (Block*)arena.Allocate(sizeof(Block) + (long)capacity * sizeof(long));
        block->Older = _newest;
        block->Capacity = capacity;
        block->Count = 0;
        _newest = block;
        if (_oldest == null)
            _oldest = block;
    }

    private struct Block
    {
        public Block* Older;
        public int Count;
        public int Capacity;

        public long* Values
        {
            get
            {
                fixed (Block* block = &this)
                    return (long*)(block + 1);
            }
        }
    }
}
