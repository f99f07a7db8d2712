using System.Text;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Catalog;

/// <summary>Tables by name as of one moment; a new one replaces it with each change, so readers take no lock.</summary>
public sealed class TableCatalog
{
    private readonly Dictionary<string, Table> _tables;
    private readonly Dictionary<string, Table>.AlternateLookup<ReadOnlySpan<char>> _byChars;

    internal TableCatalog(long version, IEnumerable<Table> tables)
    {
        Version = version;
        _tables = tables.ToDictionary(t => t.Name, StringComparer.Ordinal);
        _byChars = _tables.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Grows with each change of a table or column: a plan made for another version is made anew.</summary>
    public long Version { get; }

    /// <summary>All tables, in no particular order.</summary>
    public IReadOnlyCollection<Table> Tables => _tables.Values;

    public bool TryGet(string name, out Table table) => _tables.TryGetValue(name, out table!);

    /// <summary>Finds a table by its UTF-8 name without making a string.</summary>
    public bool TryGet(ReadOnlySpan<byte> nameUtf8, out Table table)
    {
        table = null!;
        if (nameUtf8.Length > 256)
            return TryGet(Encoding.UTF8.GetString(nameUtf8), out table);
        Span<char> chars = stackalloc char[256];
        return _byChars.TryGetValue(chars[..Encoding.UTF8.GetChars(nameUtf8, chars)], out table!);
    }
}
