using System.CommandLine;
using System.Globalization;
using Zepto.Benchmarks.Http;
using Zepto.Benchmarks.Ingest;
using Zepto.Benchmarks.Micro;
using Zepto.Benchmarks.Queries;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks;

/// <summary>The program from its arguments to its exit code: 0, 1 when an answer is wrong or a peer failed, 2 for bad arguments.</summary>
internal static class BenchmarkProgram
{
    private const int CheckRows = 2000;

    public static int Run(string[] arguments)
    {
        var root = new RootCommand("Measures zepto_server beside its peers. Reports go to perf/results and to stdout.")
        {
            BenchmarkOptions.Command("http", "Requests a second beside a floor, nginx and Kestrel", new(Rounds: 3, Seconds: 3, Rows: [], LoadCase.Names), Http),
            BenchmarkOptions.Command("access", "What credentials and TLS cost", new(Rounds: 5, Seconds: 2, Rows: []), Access),
            BenchmarkOptions.Command("queries", "Queries beside a hand-fused kernel and DuckDB", new(Rounds: 7, Seconds: 0, Rows: [1_000_000, 10_000_000]), Queries),
            Ingest(),
            BenchmarkOptions.Command("steady", "Latency of a point query while rows arrive at a steady rate", new(Rounds: 1, Seconds: 60, Rows: [200_000]), Steady),
            BenchmarkOptions.Command("scale", "Memory, open files and start-up with many partitions and many strings", new(Rounds: 1, Seconds: 0, Rows: []), Scale),
            Micro(),
            Checking(),
        };
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"perf: {parsed.Errors[0].Message}");
            return 2;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (InvalidOperationException error)
        {
            Console.Error.WriteLine($"perf: {error.Message}");
            return 1;
        }
    }

    private static int Http(BenchmarkOptions options)
    {
        var loads = options.Loads!;
        var loadText = loads.Length == LoadCase.Names.Length ? "" : string.Concat(loads.Select(l => $" --load {l}"));
        var (name, title) = options.Saturate ? ("http-saturate", "HTTP, servers at their limit") : ("http", "HTTP");
        var report = Report.Begin(name, title, $"perf/run http --rounds {options.Rounds} --seconds {options.Seconds}{loadText}{(options.Saturate ? " --saturate" : "")}");
        report.Line($"Each server on core 0, {(options.Saturate ? "our own load generator" : "wrk")} with one thread on core 1. Medians over interleaved rounds; a ratio is the");
        report.Line("median of the rounds' own ratios, so that a slow minute of the machine hits both sides. The floor is a single-threaded epoll loop that answers");
        report.Line("zepto_server's own bytes as a constant; nginx and Kestrel (minimal API) answer the same bodies.");
        report.Line();
        new HttpComparison([.. LoadCase.All.Where(c => loads.Contains(c.Id))], options.Rounds, options.Seconds, options.Saturate).Run(report);
        report.Finish();
        return 0;
    }

    private static int Access(BenchmarkOptions options)
    {
        var report = Report.Begin("access", "Access", $"perf/run access --rounds {options.Rounds} --seconds {options.Seconds}");
        report.Line("zepto_server on core 0, wrk with one thread on core 1, 16 connections. Medians over interleaved rounds; a ratio is the median of the rounds'");
        report.Line("own ratios.");
        report.Line();
        new AccessComparison(options.Rounds, options.Seconds).Run(report);
        report.Finish();
        return 0;
    }

    private static int Queries(BenchmarkOptions options)
    {
        var rowsText = string.Concat(options.Rows.Select(r => $" --rows {r}"));
        var report = Report.Begin("queries", "Queries", $"perf/run queries --rounds {options.Rounds}{rowsText}");
        report.Line($"Trades and as many quotes of one day, {MarketData.SymbolCount} symbols interleaved, in memory, all engines in one process; zepto and DuckDB {DuckDatabase.Version}");
        report.Line("with one thread unless said otherwise. Medians over interleaved rounds, after their answers were compared. kernel: hand-fused vector loops");
        report.Line("over plain arrays that are partitioned by symbol. encoded: all rows compacted, where zepto's lie as they were written.");
        report.Line();
        var complaints = new List<string>();
        foreach (var rows in options.Rows)
        {
            report.Line($"## {rows.ToString("N0", CultureInfo.InvariantCulture)} trades");
            report.Line();
            complaints.AddRange(Compare(rows, options.Rounds, report));
        }

        report.Finish();
        return Complain(complaints);
    }

    private static Command Ingest()
    {
        var defaults = new BenchmarkOptions(Rounds: 3, Seconds: 0, Rows: [2_000_000]);
        Func<ParseResult, IngestSelection>? selected = null;
        var command = BenchmarkOptions.Command("ingest", "Rows stored a second beside DuckDB", defaults, (options, parsed) => Ingest(options, selected!(parsed)));
        selected = IngestSelection.AddTo(command);
        return command;
    }

    private static int Ingest(BenchmarkOptions options, IngestSelection selection)
    {
        var name = selection.IsPart ? "ingest-part" : "ingest";
        var report = Report.Begin(name, "Ingest", $"perf/run ingest --rounds {options.Rounds} --rows {options.Rows[^1]}{selection.Text}");
        new IngestComparison(options.Rows[^1], options.Rounds).Run(selection, report);
        report.Finish();
        return 0;
    }

    private static int Steady(BenchmarkOptions options)
    {
        var rowsPerSecond = options.Rows[^1];
        var report = Report.Begin("steady", "Steady state", $"perf/run steady --seconds {options.Seconds} --rows {rowsPerSecond}");
        report.Line($"INSERT VALUES with 1,000 rows a statement at {Report.Number(rowsPerSecond)} rows a second (--rows) on one connection, durability async; on another one");
        report.Line("a point query again and again. The server has one core, both clients the other.");
        report.Line();
        new SteadyState(rowsPerSecond, options.Seconds).Run(report);
        report.Finish();
        return 0;
    }

    private static int Scale(BenchmarkOptions options)
    {
        var report = Report.Begin("scale", "Scale", "perf/run scale");
        ScaleCheck.Run(report);
        report.Finish();
        return 0;
    }

    /// <summary>Compares the answers for one size and, with a report, the times.</summary>
    private static List<string> Compare(int rows, int rounds, Report? report)
    {
        var data = MarketData.Generate(rows);
        using var kernel = new KernelPeer();
        using var zepto = ZeptoPeer.Open();
        using var encoded = ZeptoPeer.Open(encodes: true);
        using var zeptoTwo = zepto.WithThreads(2);
        using var duck = DuckDbPeer.Open();
        using var duckTwo = duck.WithThreads(2);
        IQueryPeer[] peers = [kernel, zepto, encoded, zeptoTwo, duck, duckTwo];
        foreach (var peer in peers)
            peer.Load(data);
        var comparison = new QueryComparison(peers, new QuerySet(data), rounds);
        var complaints = comparison.Check();
        report?.Table(comparison.Measure(kernel, zepto, encoded, duck));
        foreach (var complaint in complaints)
            report?.Line($"- wrong: {complaint}");
        return complaints;
    }

    private static Command Micro()
    {
        var command = new Command("micro", "Micro-benchmarks with BenchmarkDotNet; its own options may follow after --");
        var rest = new Argument<string[]>("ARGUMENTS") { Arity = ArgumentArity.ZeroOrMore };
        command.Arguments.Add(rest);
        command.SetAction(parsed =>
        {
            MicroBenchmarks.Run(parsed.GetValue(rest) ?? []);
            return 0;
        });
        return command;
    }

    private static Command Checking()
    {
        var command = new Command("check", "Runs every benchmark and query once on little data and compares the answers; for the tests");
        command.SetAction(_ => Complain([.. MicroBenchmarks.Check(), .. Compare(CheckRows, rounds: 0, report: null)]));
        return command;
    }

    private static int Complain(List<string> complaints)
    {
        foreach (var complaint in complaints)
            Console.Error.WriteLine($"perf: {complaint}");
        return complaints.Count == 0 ? 0 : 1;
    }
}
