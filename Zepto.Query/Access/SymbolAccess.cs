using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Access;

/// <summary>
/// The symbols that an identity sees, by name. An entry of digits stands also for the nameless symbol of that id, which is shown by it. Ids never
/// change, so those found are kept; thread-safe.
/// </summary>
internal sealed class SymbolAccess
{
    private sealed record Found(int[] Ids, FrozenSet<int> Set, bool IsComplete);

    private readonly string[] _names;
    private readonly byte[][] _texts;
    private readonly int[] _numbers;
    private Found _found = new([], FrozenSet<int>.Empty, false);

    public SymbolAccess(IEnumerable<string> names)
    {
        _names = [.. names.Distinct(StringComparer.Ordinal)];
        _texts = Array.ConvertAll(_names, Encoding.UTF8.GetBytes);
        _numbers = Array.ConvertAll(_names, NumberOf);
    }

    public IReadOnlyList<string> Names => _names;

    /// <summary>Ids of those that exist by now, each once. Allocates only when there are new ones.</summary>
    public ReadOnlySpan<int> Ids(SymbolDictionary symbols) => Look(symbols).Ids;

    /// <summary>Whether a symbol is seen.</summary>
    public bool Contains(SymbolDictionary symbols, int id) => Look(symbols).Set.Contains(id);

    /// <summary>Whether rows of a symbol of this name, which may not exist yet, are seen.</summary>
    public bool ContainsName(ReadOnlySpan<byte> name)
    {
        foreach (var text in _texts)
        {
            if (name.SequenceEqual(text))
                return true;
        }

        return false;
    }

    /// <summary>Whether a symbol without a name, which may not exist yet, is seen.</summary>
    public bool ContainsNumber(int id) => id > 0 && Array.IndexOf(_numbers, id) >= 0;

    /// <summary>Throws Forbidden unless rows of all these symbols may be seen, and so stored.</summary>
    public void RequireAll(SymbolDictionary symbols, ReadOnlySpan<int> ids)
    {
        var last = int.MinValue;
        foreach (var id in ids)
        {
            if (id == last)
                continue;
            if (!Contains(symbols, id))
                throw StatementAccess.Forbidden();
            last = id;
        }
    }

    private Found Look(SymbolDictionary symbols)
    {
        var found = Volatile.Read(ref _found);
        if (found.IsComplete)
            return found;
        var count = 0;
        var isComplete = true;
        for (var i = 0; i < _texts.Length; i++)
            count += Find(symbols, i, ref isComplete).Count;
        if (count == found.Ids.Length)
            return found;
        var ids = new HashSet<int>();
        isComplete = true;
        for (var i = 0; i < _texts.Length; i++)
        {
            var (byName, byNumber, _) = Find(symbols, i, ref isComplete);
            if (byName != 0)
                ids.Add(byName);
            if (byNumber != 0)
                ids.Add(byNumber);
        }

        found = new Found([.. ids], ids.ToFrozenSet(), isComplete);
        Volatile.Write(ref _found, found);
        return found;
    }

    private (int ByName, int ByNumber, int Count) Find(SymbolDictionary symbols, int entry, ref bool isComplete)
    {
        var byName = symbols.TryFind(_texts[entry], out var id) ? id : 0;
        // An id that has a name is another symbol: the next new name takes the next free id.
        var number = _numbers[entry];
        var byNumber = number != 0 && !symbols.Name(number).IsNull && !symbols.HasName(number) ? number : 0;
        isComplete &= byName != 0 && (number == 0 || byNumber != 0);
        return (byName, byNumber, (byName != 0 ? 1 : 0) + (byNumber != 0 ? 1 : 0));
    }

    // The id that is shown as this text; 0 for a text that no id is shown as.
    private static int NumberOf(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 && id.ToString(CultureInfo.InvariantCulture) == name ? id : 0;
}
