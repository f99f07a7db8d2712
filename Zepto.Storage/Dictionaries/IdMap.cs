using System.Numerics;

namespace Zepto.Storage.Dictionaries;

/// <summary>
/// Values by id from 0 on. Ids that lie close together have their places in pages; an id far above them goes to a hash table, so that memory follows
/// the number of ids and not the largest one. Append-only: readers take no lock, adding is locked by the owner.
/// </summary>
internal sealed class IdMap<T>
{
    private const int PageBits = 10;
    private const int PageSize = 1 << PageBits;

    /// <summary>Places that pages may have for each id in use; a page further up is not made.</summary>
    private const int PlacesPerId = 4;

    private T[]?[] _pages = new T[]?[16];
    private SparseTable _sparse = new(slots: 16);
    private int _count;

    /// <summary>The value of an id; the default of T for one not in use.</summary>
    public T? Find(int id)
    {
        var pages = Volatile.Read(ref _pages);
        var page = (uint)id >> PageBits;
        if (page < (uint)pages.Length && Volatile.Read(ref pages[page]) is { } entries)
            return entries[id & (PageSize - 1)];
        return Volatile.Read(ref _sparse).Find(id);
    }

    /// <summary>Adds an id that is not in use.</summary>
    public void Add(int id, T value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        // What the value refers to is complete before a reader can see the value.
        Volatile.WriteBarrier();
        var page = id >> PageBits;
        if (page < _pages.Length && _pages[page] is { } entries)
            entries[id & (PageSize - 1)] = value;
        else if ((long)page << PageBits <= (long)PlacesPerId * _count)
            AddPage(page, id, value);
        else
            AddSparse(id, value);
        _count++;
    }

    private void AddPage(int page, int id, T value)
    {
        if (page >= _pages.Length)
        {
            var grown = new T[]?[Math.Max(page + 1, _pages.Length * 2)];
            _pages.CopyTo(grown, 0);
            Volatile.Write(ref _pages, grown);
        }

        var entries = new T[PageSize];
        var first = page << PageBits;
        // Readers no longer look in the hash table for the page's ids. They stay there for readers that have just missed the page.
        for (var i = 0; _sparse.Count > 0 && i < PageSize; i++)
            entries[i] = _sparse.Find(first + i)!;
        entries[id - first] = value;
        Volatile.Write(ref _pages[page], entries);
    }

    private void AddSparse(int id, T value)
    {
        if (_sparse.IsFull)
            Volatile.Write(ref _sparse, _sparse.Grown());
        _sparse.Add(id, value);
    }

    /// <summary>Hash table with linear probing, at most half full. Id 0 has a page always and marks a free slot here.</summary>
    private sealed class SparseTable(int slots)
    {
        private readonly int[] _ids = new int[slots];
        private readonly T[] _values = new T[slots];
        private readonly int _shift = 32 - BitOperations.Log2((uint)slots);

        public int Count { get; private set; }

        public bool IsFull => 2 * (Count + 1) > _ids.Length;

        public T? Find(int id)
        {
            for (var slot = SlotOf(id); ; slot = (slot + 1) & (_ids.Length - 1))
            {
                var found = Volatile.Read(ref _ids[slot]);
                if (found == 0)
                    return default;
                if (found == id)
                    return _values[slot];
            }
        }

        public void Add(int id, T value)
        {
            var slot = SlotOf(id);
            while (_ids[slot] != 0)
                slot = (slot + 1) & (_ids.Length - 1);
            _values[slot] = value;
            Volatile.Write(ref _ids[slot], id);
            Count++;
        }

        public SparseTable Grown()
        {
            var grown = new SparseTable(_ids.Length * 2);
            for (var i = 0; i < _ids.Length; i++)
            {
                if (_ids[i] != 0)
                    grown.Add(_ids[i], _values[i]);
            }

            return grown;
        }

        // The upper bits of the product: ids are often multiples of something.
        private int SlotOf(int id) => (int)(((uint)id * 2654435769u) >> _shift);
    }
}
