using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Zepto.Http.Transport;

/// <summary>
/// Fixed-size blocks for the pipes of all connections, cut from slabs of pinned memory that are never given back. A few free blocks
/// stay with each thread, the rest in a shared queue. Beyond the bound blocks are made singly and left to the collector, so that a
/// burst is served and not kept. Thread-safe.
/// </summary>
public sealed class SlabMemoryPool : MemoryPool<byte>
{
    /// <summary>Size of a block in bytes: one read from a socket.</summary>
    public const int BlockBytes = 16 * 1024;

    private const int BlocksPerSlab = 64;
    private const int MaxBlocksPerThread = 16;

    [ThreadStatic]
    private static ThreadCache? t_cache;

    private readonly ConcurrentQueue<Block> _free = new();
    private readonly Lock _slabGate = new();
    private readonly int _maxSlabs;
    private int _slabs;

    /// <param name="maxRetainedBytes">Upper bound of what the pool keeps.</param>
    public SlabMemoryPool(long maxRetainedBytes) =>
        _maxSlabs = (int)Math.Clamp(maxRetainedBytes / (BlockBytes * BlocksPerSlab), 1, int.MaxValue);

    public override int MaxBufferSize => BlockBytes;

    /// <summary>Memory held in slabs.</summary>
    public long RetainedBytes => (long)Volatile.Read(ref _slabs) * BlocksPerSlab * BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        Block block = TakeFree();
        Debug.Assert(!block.IsRented);
        block.IsRented = true;
        return block;
    }

    protected override void Dispose(bool disposing)
    {
        // Slabs live as long as something refers to a block of theirs; there is nothing to release by hand.
    }

    private Block TakeFree()
    {
        ThreadCache? cache = t_cache;
        if (cache is not null && cache.Pool == this && cache.Count > 0) return cache.Blocks[--cache.Count]!;
        return _free.TryDequeue(out Block? block) ? block : AddSlab();
    }

    private Block AddSlab()
    {
        lock (_slabGate)
        {
            if (_free.TryDequeue(out Block? block)) return block;
            if (_slabs == _maxSlabs) return new Block(this, GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, isKept: false);
            byte[] slab = GC.AllocateUninitializedArray<byte>(BlockBytes * BlocksPerSlab, pinned: true);
            for (int i = 1; i < BlocksPerSlab; i++) _free.Enqueue(new Block(this, slab, i * BlockBytes, isKept: true));
            Volatile.Write(ref _slabs, _slabs + 1);
            return new Block(this, slab, 0, isKept: true);
        }
    }

    private void Return(Block block)
    {
        if (!block.IsKept) return;
        ThreadCache? cache = t_cache;
        if (cache is null || cache.Pool != this)
        {
            // The other pool's blocks in a replaced cache are simply forgotten: a process has one pool, tests have several.
            t_cache = cache = new ThreadCache(this);
        }
        if (cache.Count < MaxBlocksPerThread) cache.Blocks[cache.Count++] = block;
        else _free.Enqueue(block);
    }

    private sealed class ThreadCache(SlabMemoryPool pool)
    {
        public readonly SlabMemoryPool Pool = pool;
        public readonly Block[] Blocks = new Block[MaxBlocksPerThread];
        public int Count;
    }

    private sealed class Block(SlabMemoryPool pool, byte[] slab, int offset, bool isKept) : IMemoryOwner<byte>
    {
        public bool IsKept => isKept;

        public bool IsRented { get; set; }

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(slab, offset, BlockBytes);

        public void Dispose()
        {
            if (!IsRented) return;
            IsRented = false;
            pool.Return(this);
        }
    }
}
