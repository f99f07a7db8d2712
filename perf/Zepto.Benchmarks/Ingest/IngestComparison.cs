using System.Diagnostics;
using System.Globalization;
using System.Text;
using Zepto.Benchmarks.Http;
using Zepto.Benchmarks.Queries;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks.Ingest;

/// <summary>
/// Ways of storing the same trades: INSERT VALUES with 1,000 rows a statement, CSV and RowBinary with 100,000, over HTTP on one connection into our
/// server, the INSERT VALUES run by DuckDB in this process, and DuckDB's appender. Each way starts from an empty table in every round. Beside
/// them what our readers of each format do alone in this process, on one thread.
/// </summary>
internal sealed class IngestComparison(int rows, int rounds)
{
    private const int RowsPerStatement = 1000;

    /// <summary>Statements that go into a table of the same columns first: enough for the server's code to be compiled for good.</summary>
    private const int WarmUpStatements = 200;

    private const string Into = "INSERT INTO trades (";

    /// <summary>The way that the others are compared with.</summary>
    private const string Compared = "DuckDB, in process, INSERT VALUES";

    /// <summary>Measures everything and writes the table.</summary>
    public void Run(Report report)
    {
        var data = MarketData.Generate(rows);
        var statements = Statements(data);
        var requests = statements.ConvertAll(InsertClient.Prepare);
        var warmUp = statements.Take(WarmUpStatements).Select(s => InsertClient.Prepare(s.Replace(Into, "INSERT INTO warm_up ("))).ToList();
        var csv = InsertBodies.Csv(data.Trades);
        var rowBinary = InsertBodies.RowBinary(data.Trades);
        var csvRequests = csv.ConvertAll(InsertClient.Prepare);
        var rowBinaryRequests = rowBinary.ConvertAll(InsertClient.Prepare);
        var values = statements.ConvertAll(Encoding.UTF8.GetBytes);
        using var reading = new ReadingAlone();
        var ways = new List<(string Name, Func<double> Seconds)>
        {
            ("zepto_server in memory, HTTP, RowBinary", () => Zepto(warmUp, rowBinaryRequests, ["--in-memory"])),
            ("zepto_server in memory, HTTP, CSV", () => Zepto(warmUp, csvRequests, ["--in-memory"])),
            ("zepto_server in memory, HTTP, INSERT VALUES", () => Zepto(warmUp, requests, ["--in-memory"])),
            ("zepto_server on disk, HTTP, INSERT VALUES", () => OnDisk(warmUp, requests)),
            (Compared, () => DuckValues(statements)),
            ("DuckDB, in process, appender", () => DuckRows(data)),
            ("reading alone, in process, RowBinary", () => Seconds(() => reading.Read(rowBinary))),
            ("reading alone, in process, CSV", () => Seconds(() => reading.Read(csv))),
            ("reading alone, in process, INSERT VALUES", () => Seconds(() => reading.Read(values))),
        };
        var compared = ways.FindIndex(w => w.Name == Compared);
        var results = ways.ConvertAll(_ => new Samples());
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < ways.Count; i++)
            {
                Console.Error.WriteLine($"ingest, round {round + 1} of {rounds}, {ways[i].Name}");
                results[i].Add(rows / ways[i].Seconds());
            }
        }

        report.Line($"{rows.ToString("N0", CultureInfo.InvariantCulture)} trades, {RowsPerStatement.ToString("N0", CultureInfo.InvariantCulture)} rows a statement with VALUES, "
            + $"{InsertBodies.RowsPerStatement.ToString("N0", CultureInfo.InvariantCulture)} otherwise, one connection.");
        report.Line();
        var table = new MarkdownTable("way", "rows/s", "of DuckDB INSERT VALUES", "spread");
        for (var i = 0; i < ways.Count; i++)
            table.Add(ways[i].Name, Report.Number(results[i].Median), Report.Ratio(results[i].Median / results[compared].Median), Report.Percent(results[i].Spread));
        report.Table(table);
    }

    /// <summary>The INSERT statements for all trades.</summary>
    internal static List<string> Statements(MarketData data)
    {
        var statements = new List<string>();
        var text = new StringBuilder();
        for (var row = 0; row < data.Trades.Rows; row++)
        {
            text.Append(row % RowsPerStatement == 0 ? Into + "symbol, price, volume, timestamp) VALUES (" : ",(");
            text.Append(CultureInfo.InvariantCulture,
                $"'{MarketData.SymbolName(data.Trades.Symbol[row])}',{data.Trades.First[row]},{data.Trades.Second[row]},{data.Trades.Time[row]})");
            if ((row + 1) % RowsPerStatement != 0 && row + 1 < data.Trades.Rows)
                continue;
            statements.Add(text.ToString());
            text.Clear();
        }

        return statements;
    }

    private static double OnDisk(List<byte[]> warmUp, List<byte[]> requests)
    {
        // Beside the results and not in /tmp, which may be memory.
        var folder = Path.Combine(Repository.Root, "perf", "results", "ingest-data");
        Directory.CreateDirectory(folder);
        try
        {
            return Zepto(warmUp, requests, ["--data-dir", folder]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Zepto(List<byte[]> warmUp, List<byte[]> requests, string[] arguments)
    {
        var program = Path.Combine(Repository.Root, "Zepto.Http", "bin", "Release", "net10.0", "zepto_server");
        using var server = ServerProcess.Start("zepto_server", program, ["--port", "0", .. arguments]);
        using var client = new InsertClient(server.Url);
        client.Send(InsertClient.Prepare("CREATE TABLE warm_up (symbol SYMBOL, price INT64, volume INT64, timestamp TIMESTAMP_NS)"));
        foreach (var request in warmUp)
            client.Send(request);
        return Seconds(() =>
        {
            foreach (var request in requests)
                client.Send(request);
        });
    }

    private static double DuckValues(List<string> statements)
    {
        using var database = new DuckDatabase();
        database.CreateTable(MarketTable.Trades);
        return Seconds(() =>
        {
            foreach (var statement in statements)
                database.Run(statement);
        });
    }

    private static double DuckRows(MarketData data)
    {
        using var database = new DuckDatabase();
        database.CreateTable(MarketTable.Trades);
        return Seconds(() => DuckAppender.Append(database, MarketTable.Trades, data));
    }

    private static double Seconds(Action body)
    {
        var startedAt = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
    }
}
