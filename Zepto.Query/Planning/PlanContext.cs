using Zepto.Query.Access;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Catalog;

namespace Zepto.Query.Planning;

/// <summary>What the planning of one statement shares, and what it finds out about the plan's validity for other literals.</summary>
internal sealed class PlanContext(Database database, TableCatalog catalog, DictionaryViews dictionaries, StatementAccess access)
{
    private const int MostBlocks = 1000;
    private int _blocks;

    public Database Database { get; } = database;

    /// <summary>The tables of this plan: it is made anew when the catalogue's version has changed.</summary>
    public TableCatalog Catalog { get; } = catalog;

    public DictionaryViews Dictionaries { get; } = dictionaries;

    /// <summary>What the statement's caller may see.</summary>
    public StatementAccess Access { get; } = access;

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
