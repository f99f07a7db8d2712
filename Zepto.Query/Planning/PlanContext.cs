using Zepto.Query.Execution.Scans;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Catalog;

namespace Zepto.Query.Planning;

/// <summary>What the planning of one statement shares, and what it finds out about the plan's validity for other literals.</summary>
internal sealed class PlanContext(Database database, TableCatalog catalog, DictionaryViews dictionaries)
{
    private const int MostBlocks = 1000;
    private int _blocks;

    public Database Database { get; } = database;

    /// <summary>The tables of this plan: it is made anew when the catalogue's version has changed.</summary>
    public TableCatalog Catalog { get; } = catalog;

    public DictionaryViews Dictionaries { get; } = dictionaries;

    /// <summary>Scans of the plan, for estimates.</summary>
    public List<ScanOperator> Scans { get; } = [];

    /// <summary>Pairs of literal numbers whose values must be equal, since the plan takes the expressions around them for the same.</summary>
    public List<(int, int)> EqualLiterals { get; } = [];

    /// <summary>Whether output names contain literals, so that the plan serves only statements with the same ones.</summary>
    public bool NamesDependOnLiterals { get; set; }

    /// <summary>
    /// Counts a SELECT block in. Names of WITH are planned at each use, so that a short statement can stand for very many blocks: too many are refused.
    /// </summary>
    public void CountBlock()
    {
        if (++_blocks > MostBlocks)
            throw SqlException.Unsupported($"The statement reads its WITH tables and subqueries more than {MostBlocks} times in all");
    }
}

/// <summary>A planned query: its operator and what its columns are called.</summary>
internal sealed record PlannedQuery(Execution.Operator Root, string[] Names);

/// <summary>Queries named by WITH that are visible at some place, the innermost first.</summary>
internal sealed record CommonTables(string Name, QueryExpression Query, CommonTables? DefinedIn, CommonTables? Outer)
{
    /// <summary>The environment inside a query: its own names before the outer ones; each sees those before it.</summary>
    public static CommonTables? With(CommonTables? outer, IReadOnlyList<CommonTable> tables)
    {
        var result = outer;
        for (var i = 0; i < tables.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (tables[j].Name == tables[i].Name)
                    throw SqlException.Parse($"WITH names {tables[i].Name} twice", tables[i].Position);
            }

            result = new CommonTables(tables[i].Name, tables[i].Query, result, result);
        }

        return result;
    }

    /// <summary>Finds a name; null when there is none.</summary>
    public static CommonTables? Find(CommonTables? tables, string name)
    {
        while (tables is not null && tables.Name != name)
            tables = tables.Outer;
        return tables;
    }
}
