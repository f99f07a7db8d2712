using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks.Ingest;

/// <summary>Many partitions, and many distinct strings: what they take of memory, descriptors and time to start.</summary>
internal sealed class ScaleCheck
{
    private const int Symbols = 10_000;
    private const int Days = 10;
    private const int RowsPerPartition = 10;
    private const int DistinctStrings = 10_000_000;
    private const int RowsPerBody = 50_000;
    private const long DayNs = 86_400_000_000_000;
    private const long FirstDayNs = 20_000 * DayNs;

    /// <summary>Measures and writes the table.</summary>
    public static void Run(Report report)
    {
        var table = new MarkdownTable("figure", $"{Report.Number(Symbols * Days)} partitions", $"{Report.Number(DistinctStrings)} distinct strings");
        var (partitions, strings) = (Measure(Partitions, "SELECT count(*), last(v) FROM many WHERE symbol = 'S5000'"), Measure(Strings, "SELECT count(*) FROM many WHERE text = 'text number 5000000'"));
        for (var i = 0; i < partitions.Count; i++)
            table.Add(partitions[i].Name, Report.Number(partitions[i].Value), Report.Number(strings[i].Value));
        report.Table(table);
    }

    private static List<(string Name, double Value)> Measure(Func<(string Columns, IEnumerable<byte[]> Bodies, long Rows)> make, string query)
    {
        var (columns, bodies, rows) = make();
        using var server = IngestServer.Start("async", []);
        var figures = new List<(string, double)> { ("resident MB before", server.Process.ResidentBytes / 1e6) };
        using (var client = server.Connect())
        {
            client.Send(InsertClient.Prepare($"CREATE TABLE many ({columns})"));
            var startedAt = Stopwatch.GetTimestamp();
            foreach (var body in bodies)
                client.Send(InsertClient.Prepare(body));
            figures.Add(("rows/s", rows / Stopwatch.GetElapsedTime(startedAt).TotalSeconds));
            figures.Add(("resident MB with all rows", server.Process.ResidentBytes / 1e6));
            figures.Add(("open files", Directory.GetFiles($"/proc/{server.Process.Id}/fd").Length));
        }

        figures.Add(("seconds from kill -9 to ready", server.Recover()));
        server.Process.Stop();
        figures.Add(("seconds from a clean stop to ready", server.Recover()));
        figures.Add(("resident MB after the start", server.Process.ResidentBytes / 1e6));
        using (var client = server.Connect())
            figures.Add(("ms of a query", Median(client, query)));
        figures.Add(("MB of disk", server.StoredBytes() / 1e6));
        return figures;
    }

    private static double Median(InsertClient client, string query)
    {
        var request = InsertClient.Prepare(query);
        var samples = new Samples();
        for (var i = 0; i < 50; i++)
        {
            var startedAt = Stopwatch.GetTimestamp();
            client.Send(request);
            samples.Add(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
        }

        return samples.Median;
    }

    private static (string, IEnumerable<byte[]>, long) Partitions() =>
        ("symbol SYMBOL, v INT64 NOT NULL, timestamp TIMESTAMP_NS", Bodies(Symbols * Days * RowsPerPartition, (body, row) =>
        {
            // All symbols of a moment one after the other, as a feed sends them.
            Text(body, "S" + (row % Symbols).ToString(CultureInfo.InvariantCulture));
            Number(body, row);
            Number(body, FirstDayNs + row / Symbols * (Days * DayNs / (Days * RowsPerPartition)));
        }), Symbols * Days * RowsPerPartition);

    private static (string, IEnumerable<byte[]>, long) Strings() =>
        ("symbol SYMBOL, text STRING NOT NULL, timestamp TIMESTAMP_NS", Bodies(DistinctStrings, (body, row) =>
        {
            Text(body, "S" + (row % 10).ToString(CultureInfo.InvariantCulture));
            Text(body, "text number " + row.ToString(CultureInfo.InvariantCulture));
            Number(body, FirstDayNs + row * 1_000_000L);
        }), DistinctStrings);

    private static IEnumerable<byte[]> Bodies(int rows, Action<MemoryStream, int> write)
    {
        using var body = new MemoryStream();
        for (var from = 0; from < rows; from += RowsPerBody)
        {
            body.SetLength(0);
            body.Write("INSERT INTO many FORMAT RowBinary\n"u8);
            for (var row = from; row < Math.Min(from + RowsPerBody, rows); row++)
                write(body, row);
            yield return body.ToArray();
        }
    }

    private static void Text(MemoryStream body, string text)
    {
        body.WriteByte((byte)text.Length);
        body.Write(Encoding.ASCII.GetBytes(text));
    }

    private static void Number(MemoryStream body, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        body.Write(bytes);
    }
}
