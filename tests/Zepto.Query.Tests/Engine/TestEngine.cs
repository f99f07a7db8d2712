using System.Globalization;
using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Engine;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Storage;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Engine;

/// <summary>A real engine on a database in memory, spoken to in SQL.</summary>
internal sealed class TestEngine : IDisposable
{
    public TestEngine(EngineOptions? options = null, bool compacts = true)
    {
        var storage = new DatabaseOptions { ExtentBytes = 1 << 24 };
        Database = Database.Open(compacts ? storage : storage with { CompactionInterval = Timeout.InfiniteTimeSpan });
        BuiltInTables.CreateIn(Database);
        Engine = new QueryEngine(Database, (options ?? new EngineOptions()) with { OnFault = Faults.Add });
    }

    public Database Database { get; }

    public QueryEngine Engine { get; }

    /// <summary>What the statements may do and see; null for everything.</summary>
    public StatementAccess? Access { get; set; }

    /// <summary>Faults of the engine's own; none are expected.</summary>
    public List<Exception> Faults { get; } = [];

    /// <summary>Runs a statement that must succeed; rows as text, cells joined by `|`, NULL as `null`.</summary>
    public string[] Rows(string sql)
    {
        var (rows, kind, error) = Run(sql);
        Assert.True(kind == StatementErrorKind.None, $"{sql}: {error}");
        return rows;
    }

    /// <summary>Runs a statement that must fail; its error.</summary>
    public string Error(string sql, StatementErrorKind expected)
    {
        var (_, kind, error) = Run(sql);
        Assert.True(kind == expected, $"{sql}: {kind} {error}");
        return error;
    }

    public string[] ColumnNames(string sql)
    {
        using var execution = Start(sql);
        return [.. execution.Columns.ToArray().Select(c => Encoding.UTF8.GetString(c.NameUtf8))];
    }

    public IStatementExecution Start(string sql, bool readOnly = false) =>
        Engine.Start(Encoding.UTF8.GetBytes(sql), new StatementContext { ReadOnly = readOnly, Subject = "test", Access = Access });

    public (string[] Rows, StatementErrorKind Kind, string Error) Run(string sql, bool readOnly = false)
    {
        using var execution = Start(sql, readOnly);
        var rows = new List<string>();
        while (execution.MoveNextAsync().AsTask().GetAwaiter().GetResult())
        {
            for (var row = 0; row < execution.BatchRows; row++)
                rows.Add(string.Join('|', Enumerable.Range(0, execution.Columns.Length).Select(c => Cell(execution.Values(c), row))));
        }

        return ([.. rows], execution.ErrorKind, Encoding.UTF8.GetString(execution.ErrorText));
    }

    public void Dispose()
    {
        Engine.Dispose();
        Database.Dispose();
        Assert.Empty(Faults);
    }

    private static string Cell(ColumnValues values, int row) => values.Kind switch
    {
        ValueKind.Int64 => values.Int64[row] == Nulls.Int64 ? "null" : values.Int64[row].ToString(CultureInfo.InvariantCulture),
        ValueKind.Float64 => Nulls.IsNull(values.Float64[row]) ? "null" : values.Float64[row].ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Bool => values.Bool[row] switch { 0 => "false", 1 => "true", _ => "null" },
        _ => values.Text[row].IsNull ? "null" : Encoding.UTF8.GetString(values.Text[row].Bytes),
    };
}
