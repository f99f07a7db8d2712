using Zepto.Query.Access;
using Zepto.Query.Binding;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage.Catalog;
using Zepto.Storage.Tables;

namespace Zepto.Query.Planning;

/// <summary>Finds out what FROM names: stored tables, names of WITH, subqueries, joins of them.</summary>
internal sealed class TablePlanner(PlanContext context, QueryPlanner queries)
{
    private readonly HashSet<string> _aliases = new(StringComparer.Ordinal);

    /// <summary>The source of a FROM clause; null means there is none.</summary>
    public TableSource Resolve(TableExpression? table, CommonTables? common) => table switch
    {
        null => new NoTableSource(),
        NamedTable named => Named(named, common),
        DerivedTable derived => new DerivedTableSource(queries.Plan(derived.Query, common), Introduce(derived.Alias, derived.Position)),
        Join join => new JoinPlanner(join).Plan(Resolve(join.Left, common), Resolve(join.Right, common)),
        _ => throw new InvalidOperationException($"no plan for {table.GetType().Name}"),
    };

    /// <summary>The stored table that a name stands for.</summary>
    public static Table Find(TableCatalog catalog, NamedTable named)
    {
        if (named.Database is null or "default" && catalog.TryGet(named.Name, out var table))
            return table;
        var name = named.Database is null or "default" ? named.Name : $"{named.Database}.{named.Name}";
        throw new SqlException(StatementErrorKind.UnknownTable, $"Unknown table: {name}");
    }

    private TableSource Named(NamedTable named, CommonTables? common)
    {
        var alias = Introduce(named.Alias ?? named.Name, named.Position)!;
        if (named.Database is null && CommonTables.Find(common, named.Name) is { } query)
            return new DerivedTableSource(queries.Plan(query.Query, query.DefinedIn), alias);
        // The statement's tables have been compared already; a way round that would end here.
        context.Access.RequireTable(TableReferences.NameOf(named));
        var table = Find(context.Catalog, named);
        return new BaseTableSource(context, table, table.Schema, alias);
    }

    private string? Introduce(string? alias, int position)
    {
        if (alias is not null && !_aliases.Add(alias))
            throw SqlException.Parse($"the table name {alias} stands twice in FROM; give one an alias,", position);
        return alias;
    }
}
