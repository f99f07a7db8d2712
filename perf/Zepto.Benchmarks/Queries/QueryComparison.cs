using System.Diagnostics;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks.Queries;

/// <summary>
/// Times the queries on each engine in this process. Their answers are compared first. Rounds are interleaved, so that a slow second of the
/// machine hits all engines alike; a short query is repeated within a round.
/// </summary>
internal sealed class QueryComparison(IReadOnlyList<IQueryPeer> peers, QuerySet queries, int rounds)
{
    /// <summary>A measurement lasts at least this long; a longer query runs once.</summary>
    private const double LeastMeasurementUs = 2000;

    /// <summary>What is allowed beside the kernel: so many times its time and so much more.</summary>
    public const double AllowedRatio = 4;

    public const double AllowedMoreUs = 20;

    /// <summary>Answers that differ, one line each; empty when all engines agree.</summary>
    public List<string> Check()
    {
        var complaints = new List<string>();
        foreach (var query in queries.All)
        {
            QueryAnswer? first = null;
            var firstName = "";
            foreach (var peer in peers.Where(p => p.Answers(query)))
            {
                try
                {
                    var answer = peer.Answer(query);
                    if (first is null)
                        (first, firstName) = (answer, peer.Name);
                    else if (!first.Value.Agrees(answer))
                        complaints.Add($"{query.Id}: {firstName} says {first}, {peer.Name} says {answer}");
                    if (answer.Rows != peer.Run(query))
                        complaints.Add($"{query.Id}: {peer.Name} gives another number of rows when timed");
                }
                catch (InvalidOperationException error)
                {
                    complaints.Add($"{query.Id}: {peer.Name}: {error.Message}");
                }
            }
        }

        return complaints;
    }

    /// <summary>Times all queries; a table with a row for each.</summary>
    /// <param name="kernel">Peer to compare with first; also decides the mark.</param>
    /// <param name="ours">Our engine with one thread.</param>
    /// <param name="encoded">Our engine with one thread on encoded rows.</param>
    /// <param name="duck">DuckDB with one thread.</param>
    public MarkdownTable Measure(IQueryPeer kernel, IQueryPeer ours, IQueryPeer encoded, IQueryPeer duck)
    {
        var titles = new List<string> { "query" };
        titles.AddRange(peers.Select(p => $"{p.Name}, µs"));
        titles.AddRange(["zepto / kernel", $"≤ {AllowedRatio} × + {AllowedMoreUs} µs", "encoded / zepto", "DuckDB / zepto", "spread"]);
        var table = new MarkdownTable([.. titles]);
        foreach (var query in queries.All)
        {
            Console.Error.WriteLine($"{query.Id} {query.Title}");
            var times = Measure(query);
            double Median(IQueryPeer peer) => times.TryGetValue(peer, out var samples) ? samples.Median : double.NaN;
            var row = new List<string> { $"{query.Id} {query.Title}" };
            row.AddRange(peers.Select(p => Report.Number(Median(p))));
            row.Add(Report.Ratio(Median(ours) / Median(kernel)));
            row.Add(double.IsNaN(Median(kernel)) || double.IsNaN(Median(ours)) ? "–" : Median(ours) <= AllowedRatio * Median(kernel) + AllowedMoreUs ? "yes" : "**no**");
            row.Add(times.TryGetValue(encoded, out var packed) && times.TryGetValue(ours, out var raw) ? Report.Ratio(packed.RatioTo(raw)) : "–");
            row.Add(Report.Ratio(Median(duck) / Median(ours)));
            row.Add(Report.Percent(times.TryGetValue(ours, out var samples) ? samples.Spread : double.NaN));
            table.Add([.. row]);
        }

        return table;
    }

    private Dictionary<IQueryPeer, Samples> Measure(Query query)
    {
        var times = new Dictionary<IQueryPeer, Samples>();
        var repeats = new Dictionary<IQueryPeer, int>();
        foreach (var peer in peers.Where(p => p.Answers(query)))
        {
            try
            {
                peer.Prepare();
                repeats[peer] = WarmUp(peer, query);
                times[peer] = new Samples();
            }
            catch (InvalidOperationException error)
            {
                Console.Error.WriteLine($"  {peer.Name}: {error.Message}");
            }
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var (peer, samples) in times)
            {
                peer.Prepare();
                samples.Add(TimeUs(peer, query, repeats[peer]));
            }
        }

        return times;
    }

    /// <summary>Runs it until the JIT has seen it often enough; returns how many runs one measurement takes.</summary>
    private static int WarmUp(IQueryPeer peer, Query query)
    {
        var onceUs = TimeUs(peer, query, 1);
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < 100 && Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromMilliseconds(300); i++)
            onceUs = TimeUs(peer, query, 1);
        return (int)Math.Clamp(LeastMeasurementUs / onceUs, 1, 10_000);
    }

    private static double TimeUs(IQueryPeer peer, Query query, int repeats)
    {
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++)
            peer.Run(query);
        // TimeSpan counts in tenths of a microsecond, too coarse for what the kernel needs.
        return (Stopwatch.GetTimestamp() - startedAt) * 1e6 / Stopwatch.Frequency / repeats;
    }
}
