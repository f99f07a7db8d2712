using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

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
