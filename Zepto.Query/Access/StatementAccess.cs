using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Access;

/// <summary>
/// What the statements of one identity may do and see: classes of statements, tables, symbols. Immutable but for looked-up symbol ids; thread-safe.
/// Every check fails closed: a name that is on no list is refused in the same words whether it exists or not.
/// </summary>
public sealed class StatementAccess
{
    private readonly FrozenSet<string>? _tables;
    private readonly string? _tablePrefix;

    /// <param name="permissions">Classes of statements.</param>
    /// <param name="tables">The only tables it reaches; null for all.</param>
    /// <param name="symbols">The only symbols whose rows it sees and stores; null for all.</param>
    /// <param name="tablePrefix">What the names of all its tables begin with; null for no such condition.</param>
    public StatementAccess(StatementPermissions permissions, IEnumerable<string>? tables, IEnumerable<string>? symbols, string? tablePrefix)
    {
        Permissions = permissions;
        _tables = tables?.ToFrozenSet(StringComparer.Ordinal);
        _tablePrefix = string.IsNullOrEmpty(tablePrefix) ? null : tablePrefix;
        Symbols = symbols is null ? null : new SymbolAccess(symbols);
        PlanKey = MakePlanKey();
    }

    /// <summary>Everything.</summary>
    public static StatementAccess Unrestricted { get; } = new(StatementPermissions.All, null, null, null);

    public StatementPermissions Permissions { get; }

    /// <summary>Whether only some tables are reached.</summary>
    public bool LimitsTables => _tables is not null || _tablePrefix is not null;

    /// <summary>Whether only rows of some symbols are seen.</summary>
    public bool LimitsSymbols => Symbols is not null;

    /// <summary>The symbols; null for all.</summary>
    internal SymbolAccess? Symbols { get; }

    /// <summary>
    /// Begins the keys of cached plans: empty for everything, else a byte that begins no statement and a digest of the restriction. So a plan is
    /// only ever used again under the very restriction that it was made for.
    /// </summary>
    internal byte[] PlanKey { get; }

    /// <summary>Throws Forbidden unless all of these classes are allowed.</summary>
    public void Require(StatementPermissions permissions)
    {
        if ((Permissions & permissions) != permissions)
            throw Forbidden();
    }

    /// <summary>Whether a table may be reached.</summary>
    public bool Reaches(string table) =>
        (_tables is null || _tables.Contains(table)) && (_tablePrefix is null || table.StartsWith(_tablePrefix, StringComparison.Ordinal));

    /// <summary>Throws Forbidden unless a table may be reached.</summary>
    public void RequireTable(string table)
    {
        if (!Reaches(table))
            throw Forbidden();
    }

    /// <summary>The refusal, the same for all reasons.</summary>
    public static SqlException Forbidden() => new(StatementErrorKind.Forbidden, "Forbidden");

    private byte[] MakePlanKey()
    {
        if (!LimitsTables && !LimitsSymbols)
            return [];
        var text = new StringBuilder();
        // Lengths before the names: no two restrictions give the same text.
        Append('t', _tables?.Order(StringComparer.Ordinal));
        Append('s', Symbols?.Names.Order(StringComparer.Ordinal));
        Append('p', _tablePrefix is null ? null : [_tablePrefix]);
        return [1, .. SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))];

        void Append(char kind, IEnumerable<string>? names)
        {
            text.Append(kind).Append(names is null ? '-' : '+');
            foreach (var name in names ?? [])
                text.Append(name.Length).Append(':').Append(name);
        }
    }
}
