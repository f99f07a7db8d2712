namespace Zepto.Server.Tests.Differential;

/// <summary>A query for the server, and the same for DuckDB where its dialect differs.</summary>
internal sealed record QueryCase(string Name, string Server, string Reference);

/// <summary>
/// Reads the query cases of a text file: a line <c># name</c>, the statement, and where DuckDB says it differently a line <c>---- duckdb</c> and the
/// statement again. Lines that start with <c>##</c> are comments.
/// </summary>
internal static class QueryCorpus
{
    private const string ReferenceMark = "---- duckdb";

    public static IReadOnlyList<QueryCase> Read(string path)
    {
        var cases = new List<QueryCase>();
        string? name = null;
        var statement = new List<string>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("##", StringComparison.Ordinal))
                continue;
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                Add();
                name = line[2..].Trim();
            }
            else if (name is not null)
            {
                statement.Add(line);
            }
            else if (line.Length > 0)
            {
                throw new FormatException($"{path}: a statement before its name: {line}");
            }
        }

        Add();
        if (cases.DistinctBy(c => c.Name).Count() != cases.Count)
            throw new FormatException($"{path}: a name stands twice");
        return cases;

        void Add()
        {
            if (name is null)
                return;
            var mark = statement.IndexOf(ReferenceMark);
            var server = string.Join('\n', mark < 0 ? statement : statement[..mark]).Trim();
            var reference = mark < 0 ? server : string.Join('\n', statement[(mark + 1)..]).Trim();
            cases.Add(new QueryCase(name, server, reference));
            statement.Clear();
        }
    }
}
