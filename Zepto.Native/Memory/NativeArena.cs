using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Zepto.Native.Memory;

/// <summary>
/// Bump allocator over unmanaged chunks, for memory that ends together: a statement, or a chunk of rows between a mark and its release.
/// Memory is not cleared. One thread at a time. Chunks are kept by <see cref="Reset"/> for the next use, up to a bound.
/// </summary>
public sealed unsafe class NativeArena : IDisposable
{
    private const long FirstChunkBytes = 64 * 1024;
    private const long LargestOwnChunkBytes = 2L * 1024 * 1024;
    private const int ChunkAlignment = 64;
    private const long DefaultKeepBytes = 4L * 1024 * 1024;

    private readonly MemoryBudget _budget;
    private readonly long _keepBytes;
    private Chunk[] _chunks = new Chunk[8];
    private int _chunkCount;
    private int _current = -1;
    private long _heldBytes;

    /// <param name="limitBytes">Most bytes held at once; passing it throws <see cref="ArenaLimitException"/>.</param>
    /// <param name="keepBytes">Bytes kept for reuse by Reset.</param>
    public NativeArena(long limitBytes = long.MaxValue, long keepBytes = DefaultKeepBytes)
        : this(new MemoryBudget(limitBytes), keepBytes)
    {
    }

    /// <param name="budget">Bytes that this arena and others may hold together; passing it throws <see cref="ArenaLimitException"/>.</param>
    /// <param name="keepBytes">Bytes kept for reuse by Reset.</param>
    public NativeArena(MemoryBudget budget, long keepBytes = DefaultKeepBytes)
    {
        _budget = budget;
        _keepBytes = keepBytes;
    }

    /// <summary>Bytes of the chunks held.</summary>
    public long HeldBytes => _heldBytes;

    /// <summary>A position in the arena to go back to.</summary>
    public readonly record struct Mark(int Chunk, long Used);

    /// <summary>Uninitialised memory; throws <see cref="ArenaLimitException"/> over the limit.</summary>
    /// <param name="bytes">Not negative.</param>
    /// <param name="alignment">A power of two of at most 64.</param>
    public void* Allocate(long bytes, int alignment = ChunkAlignment)
    {
        Debug.Assert(alignment is > 0 and <= ChunkAlignment && (alignment & (alignment - 1)) == 0);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (_current >= 0)
        {
            ref var chunk = ref _chunks[_current];
            var start = (chunk.Used + alignment - 1) & -(long)alignment;
            if (start <= chunk.Capacity && bytes <= chunk.Capacity - start)
            {
                chunk.Used = start + bytes;
                return chunk.Address + start;
            }
        }

        return AllocateInNextChunk(bytes);
    }

    /// <summary>Room for <paramref name="count"/> values.</summary>
    public T* Allocate<T>(int count) where T : unmanaged => (T*)Allocate((long)count * sizeof(T));

    /// <summary>Room for <paramref name="count"/> values.</summary>
    public Span<T> AllocateSpan<T>(int count) where T : unmanaged => new(Allocate<T>(count), count);

    /// <summary>Where the arena stands now.</summary>
    public Mark MarkPosition() => new(_current, _current < 0 ? 0 : _chunks[_current].Used);

    /// <summary>Gives back everything allocated since the mark.</summary>
    public void Release(Mark mark)
    {
        Debug.Assert(mark.Chunk <= _current);
        for (var i = Math.Max(mark.Chunk + 1, 0); i <= _current; i++)
            _chunks[i].Used = 0;
        _current = mark.Chunk;
        if (_current >= 0)
            _chunks[_current].Used = mark.Used;
    }

    /// <summary>Gives back everything; keeps the first chunks up to the bound for reuse.</summary>
    public void Reset()
    {
        long kept = 0;
        var keep = 0;
        while (keep < _chunkCount && kept + _chunks[keep].Capacity <= _keepBytes)
        {
            kept += _chunks[keep].Capacity;
            _chunks[keep++].Used = 0;
        }

        Free(keep);
        _current = -1;
    }

    /// <summary>Frees all memory.</summary>
    public void Dispose()
    {
        Free(0);
        _current = -1;
        GC.SuppressFinalize(this);
    }

    ~NativeArena() => Free(0);

    private void* AllocateInNextChunk(long bytes)
    {
        while (_current + 1 < _chunkCount)
        {
            ref var next = ref _chunks[++_current];
            next.Used = 0;
            if (bytes <= next.Capacity)
            {
                next.Used = bytes;
                return next.Address;
            }
        }

        var last = _chunkCount == 0 ? 0 : _chunks[_chunkCount - 1].Capacity;
        // Small chunks double; then come the pooled ones, and what is larger still has a chunk of its own.
        var size = Math.Max(last * 2, FirstChunkBytes);
        size = Math.Max(size > LargestOwnChunkBytes ? ChunkPool.ChunkBytes : size, bytes);
        if (!_budget.TryTake(size))
        {
            size = bytes;
            if (!_budget.TryTake(size))
                throw new ArenaLimitException(_budget.LimitBytes);
        }

        if (_chunkCount == _chunks.Length)
            Array.Resize(ref _chunks, _chunks.Length * 2);
        var address = size == ChunkPool.ChunkBytes ? ChunkPool.Take()
            : size > ChunkPool.ChunkBytes ? ChunkPool.Make(size)
            : (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(size, 1), ChunkAlignment);
        _chunks[_chunkCount] = new Chunk { Address = address, Capacity = size, Used = bytes };
        _current = _chunkCount++;
        _heldBytes += size;
        NativeMemoryLedger.Add(MemoryTag.Arena, size);
        return address;
    }

    private void Free(int keep)
    {
        for (var i = keep; i < _chunkCount; i++)
        {
            if (_chunks[i].Capacity == ChunkPool.ChunkBytes)
                ChunkPool.Return(_chunks[i].Address);
            else
                NativeMemory.AlignedFree(_chunks[i].Address);
            _heldBytes -= _chunks[i].Capacity;
            _budget.Return(_chunks[i].Capacity);
            NativeMemoryLedger.Add(MemoryTag.Arena, -_chunks[i].Capacity);
            _chunks[i] = default;
        }

        _chunkCount = Math.Min(_chunkCount, keep);
    }

    private struct Chunk
    {
        public byte* Address;
        public long Capacity;
        public long Used;
    }
}
