using Zepto.Query.Execution;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Binding;

/// <summary>
/// A column that names of one SELECT block can mean. The planner first marks what is used and then, when it builds the input, says where the
/// column lies.
/// </summary>
internal sealed class ScopeColumn(string? table, string name, ColumnShape shape)
{
    /// <summary>Name or alias of its table; null for a derived table without one.</summary>
    public string? Table { get; } = table;

    public string Name { get; } = name;

    public ColumnShape Shape { get; set; } = shape;

    /// <summary>Only found with its table's name: the right side's column of USING, which the left one stands for.</summary>
    public bool NeedsTable { get; set; }

    /// <summary>Whether something in the statement reads it.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Column of the input operator; -1 until the input is built, and where it is not used.</summary>
    public int Index { get; set; } = -1;
}

/// <summary>A column that `*` stands for: it means this one, whatever other columns have its name.</summary>
internal sealed record StarColumn(int Position, string? Table, string Name, ScopeColumn Column) : ColumnName(Position, Table, Name);

/// <summary>The columns that names in a SELECT block can mean, in the order of `*`.</summary>
internal sealed class Scope(IReadOnlyList<ScopeColumn> columns)
{
    /// <summary>A scope without columns, for constants.</summary>
    public static readonly Scope Empty = new([]);

    public IReadOnlyList<ScopeColumn> Columns { get; } = columns;

    /// <summary>Finds what a name means; null when there is no such column. A name that means two columns is an error.</summary>
    public ScopeColumn? Find(ColumnName name)
    {
        if (name is StarColumn star)
            return star.Column;
        ScopeColumn? found = null;
        foreach (var column in Columns)
        {
            if (column.Name != name.Name || (name.Table is null ? column.NeedsTable : column.Table != name.Table))
                continue;
            if (found is not null)
                throw new SqlException(StatementErrorKind.UnknownColumn, $"Ambiguous column: {name.Name} at position {name.Position}, write it with its table's name");
            found = column;
        }

        return found;
    }

    /// <summary>Place among the columns of the one that an expression names; -1 for every other expression and for unknown names.</summary>
    public int IndexOf(Expression expression)
    {
        if (expression is not ColumnName name || Find(name) is not { } found)
            return -1;
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == found)
                return i;
        }

        return -1;
    }

    /// <summary>Finds what a name means.</summary>
    public ScopeColumn Get(ColumnName name) => Find(name) ?? throw Unknown(name);

    /// <summary>Whether a table goes by this name.</summary>
    public bool HasTable(string table)
    {
        foreach (var column in Columns)
        {
            if (column.Table == table)
                return true;
        }

        return false;
    }

    /// <summary>The name means nothing here.</summary>
    public SqlException Unknown(ColumnName name)
    {
        if (name.Table is not null && !HasTable(name.Table))
            return new SqlException(StatementErrorKind.UnknownTable, $"Unknown table: {name.Table}");
        var shown = name.Table is null ? name.Name : $"{name.Table}.{name.Name}";
        return new SqlException(StatementErrorKind.UnknownColumn, $"Unknown column: {shown} at position {name.Position}");
    }
}
