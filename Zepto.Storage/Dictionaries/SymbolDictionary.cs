using System.Buffers.Text;
using Zepto.Native.Memory;

namespace Zepto.Storage.Dictionaries;

/// <summary>
/// The server's symbols: ids from 1 that users see and that never change, each with a name or without. An id made by number has no name and
/// shows as its decimal text. Readers take no lock.
/// </summary>
public sealed class SymbolDictionary : IDisposable
{
    private readonly Lock _adding = new();
    private readonly TextTable _table = new();
    private readonly NativeList<int> _order = new();
    private int _nextFree = 1;

    /// <summary>Largest id in use.</summary>
    public int Count => _table.LargestCode;

    /// <summary>Ids that the log has, in the order they came; kept by it. What a checkpoint had when the database was opened counts too.</summary>
    internal int LoggedCount { get; set; }

    /// <summary>The name, or the id's decimal text where there is no name; NULL for an id not in use.</summary>
    public TextRef Name(int id) => _table.Text(id);

    /// <summary>Whether the id is in use and has a name.</summary>
    public bool HasName(int id) => _table.Text(id) is { IsNull: false, IsNumber: false };

    /// <summary>Id of a name.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out int id) => _table.TryFind(name, out id);

    /// <summary>Id of a name; a new name takes the next free id.</summary>
    public int Intern(ReadOnlySpan<byte> name)
    {
        if (_table.TryFind(name, out var id))
            return id;
        lock (_adding)
        {
            if (_table.TryFind(name, out id))
                return id;
            while (_table.Contains(_nextFree))
                _nextFree++;
            id = _nextFree++;
            _table.Add(id, name, findable: true);
            _order.Add(id);
            return id;
        }
    }

    /// <summary>Makes an id without a name unless it is in use; false when the number cannot be an id (below 1).</summary>
    public bool EnsureId(long id)
    {
        if (id is < 1 or > int.MaxValue)
            return false;
        if (_table.Contains((int)id))
            return true;
        lock (_adding)
        {
            if (_table.Contains((int)id))
                return true;
            Span<byte> digits = stackalloc byte[20];
            Utf8Formatter.TryFormat(id, digits, out var length);
            _table.Add((int)id, digits[..length], findable: false);
            _order.Add((int)id);
            return true;
        }
    }

    /// <summary>Ids in the order they came, from a position in that order on: what a dictionary file lacks.</summary>
    internal int[] IdsFrom(int position)
    {
        lock (_adding)
            return _order.Span[position..].ToArray();
    }

    /// <summary>Ids in use at a moment when no other thread is adding one: each has its text.</summary>
    internal int SettledCount()
    {
        lock (_adding)
            return _order.Count;
    }

    /// <summary>Puts an id back as it was stored; false when it is in use already.</summary>
    internal bool TryRestore(int id, ReadOnlySpan<byte> text, bool isName)
    {
        if (id < 1 || _table.Contains(id))
            return false;
        _table.Add(id, text, isName);
        _order.Add(id);
        return true;
    }

    public void Dispose()
    {
        _table.Dispose();
        _order.Dispose();
    }
}
