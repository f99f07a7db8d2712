using System.Collections.Concurrent;
using Zepto.Query.Syntax;

namespace Zepto.Query.Engine;

/// <summary>
/// Statements by their normalised text. Bounded: when it is full, entries that were not used since the last time are dropped, or all when every
/// one was. Looking up takes no lock and allocates nothing. Thread-safe.
/// </summary>
internal sealed class PlanCache
{
    private readonly int _capacity;
    private readonly Lock _adding = new();
    private readonly ConcurrentDictionary<byte[], CachedStatement> _entries = new(Utf8KeyComparer.Instance);
    private readonly ConcurrentDictionary<byte[], CachedStatement>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private int _count;
    private long _version;

    public PlanCache(int capacity)
    {
        _capacity = Math.Max(capacity, 1);
        _bySpan = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Finds a statement whose plans hold for this catalogue.</summary>
    public CachedStatement? Find(ReadOnlySpan<byte> key, long catalogVersion)
    {
        if (!_bySpan.TryGetValue(key, out var entry) || entry.CatalogVersion != catalogVersion)
            return null;
        if (!entry.WasUsed)
            entry.WasUsed = true;
        return entry;
    }

    /// <summary>Adds or replaces a statement.</summary>
    public void Add(ReadOnlySpan<byte> key, CachedStatement entry)
    {
        lock (_adding)
        {
            if (entry.CatalogVersion > _version)
                DropOlder(entry.CatalogVersion);
            if (!_bySpan.ContainsKey(key))
            {
                if (_count >= _capacity)
                    DropUnused();
                _count++;
            }

            _bySpan[key] = entry;
        }
    }

    // Plans of an older catalogue never fit again, and they hold dropped tables.
    private void DropOlder(long version)
    {
        _version = version;
        foreach (var (key, entry) in _entries)
        {
            if (entry.CatalogVersion < version && _entries.TryRemove(key, out _))
                _count--;
        }
    }

    private void DropUnused()
    {
        foreach (var (key, entry) in _entries)
        {
            if (!entry.WasUsed && _entries.TryRemove(key, out _))
                _count--;
            entry.WasUsed = false;
        }

        if (_count < _capacity)
            return;
        _entries.Clear();
        _count = 0;
    }
}
