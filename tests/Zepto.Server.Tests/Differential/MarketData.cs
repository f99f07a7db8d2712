using System.Diagnostics;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Differential;

/// <summary>
/// The recorded market data in a server, loaded with scripts/load and then restarted, and in DuckDB. Made once for the tests of a class; empty
/// where the data is not there.
/// </summary>
public sealed class MarketData : IDisposable
{
    // Where the data is from is in the folder's own README; the last table is large.
    private static readonly (string Table, string File, string Columns, bool IsLarge)[] Tables =
    [
        ("ticks", "trades.csv.gz", "{'symbol': 'VARCHAR', 'timestamp_ns': 'BIGINT', 'price': 'DOUBLE', 'volume': 'DOUBLE'}", false),
        ("book", "quotes.csv.gz",
            "{'symbol': 'VARCHAR', 'timestamp_ns': 'BIGINT', 'bid': 'DOUBLE', 'ask': 'DOUBLE', 'bid_size': 'DOUBLE', 'ask_size': 'DOUBLE'}", false),
        ("updates", "book_updates.csv.gz", "{'symbol': 'VARCHAR', 'timestamp_ns': 'BIGINT', 'side': 'VARCHAR', 'price': 'DOUBLE', 'size': 'DOUBLE'}", true),
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly ServerProcess? _server;
    private readonly Reference _reference = new();

    public MarketData()
    {
        if (Repository.MarketData is not { } folder)
            return;
        var dataDirectory = _directory["data"];
        using (var first = ServerProcess.Start("--data-dir", dataDirectory))
        {
            foreach (var (table, file, columns, isLarge) in Tables)
            {
                if (isLarge && !IsLong)
                    continue;
                var path = Path.Combine(folder, file);
                Load(first.Address, table, path);
                _reference.Execute($"CREATE TABLE {table} AS SELECT * FROM read_csv('{path}', header = true, columns = {columns})");
            }

            if (first.Stop() != 0)
                throw new InvalidOperationException($"the server did not stop cleanly: {first.Errors}");
        }

        _server = ServerProcess.Start("--data-dir", dataDirectory);
    }

    /// <summary>Whether the large table is there too.</summary>
    internal static bool IsLong => Environment.GetEnvironmentVariable("ZEPTO_TEST_LONG") == "1";

    internal Reference Reference => _reference;

    internal ServerClient Client
    {
        get
        {
            if (_server is null)
                Assert.Skip("the recorded market data is not there: neither shared/data beside the repository nor ZEPTO_TEST_DATA");
            return _server.Client;
        }
    }

    public void Dispose()
    {
        _server?.Dispose();
        _reference.Dispose();
        _directory.Dispose();
    }

    private static void Load(Uri server, string table, string file)
    {
        var start = new ProcessStartInfo(
            "bash", [Path.Combine(Repository.Root, "scripts", "load"), "--url", server.GetLeftPart(UriPartial.Authority), "--create", table, file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"scripts/load of {file} ended with {process.ExitCode}: {output.Result}{errors}");
    }
}
