using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Zepto.Benchmarks.Queries;

namespace Zepto.Benchmarks.Ingest;

/// <summary>The trades as requests of one kind, ready to be sent.</summary>
/// <param name="Name">Name in the report.</param>
/// <param name="RowsPerRequest">Rows of one statement.</param>
/// <param name="Requests">The requests, in order.</param>
internal sealed record IngestLoad(string Name, int RowsPerRequest, List<byte[]> Requests)
{
    private const string Into = "INSERT INTO trades (symbol, price, volume, timestamp) ";

    /// <summary>INSERT VALUES, 1,000 rows a statement.</summary>
    public static IngestLoad Values(MarketData data) => Make("INSERT VALUES", data, 1_000, (body, from, to) => Text(body, ValuesText(data, from, to)));

    /// <summary>INSERT … FORMAT CSV, 50,000 rows a body.</summary>
    public static IngestLoad Csv(MarketData data) => Make("FORMAT CSV", data, 50_000, (body, from, to) =>
    {
        var text = new StringBuilder(Into).Append("FORMAT CSV\n");
        for (var row = from; row < to; row++)
            text.Append(CultureInfo.InvariantCulture, $"{MarketData.SymbolName(data.Trades.Symbol[row])},{data.Trades.First[row]},{data.Trades.Second[row]},{data.Trades.Time[row]}\n");
        Text(body, text.ToString());
    });

    /// <summary>INSERT … FORMAT RowBinary, 50,000 rows a body.</summary>
    public static IngestLoad RowBinary(MarketData data) => Make("FORMAT RowBinary", data, 50_000, (body, from, to) =>
    {
        Text(body, Into + "FORMAT RowBinary\n");
        Span<byte> number = stackalloc byte[8];
        for (var row = from; row < to; row++)
        {
            var name = data.SymbolsUtf8[data.Trades.Symbol[row]];
            body.WriteByte((byte)name.Length);
            body.Write(name);
            foreach (var value in (ReadOnlySpan<long>)[data.Trades.First[row], data.Trades.Second[row], data.Trades.Time[row]])
            {
                BinaryPrimitives.WriteInt64LittleEndian(number, value);
                body.Write(number);
            }
        }
    });

    /// <summary>One row a statement.</summary>
    public static IngestLoad SingleRows(MarketData data, int statements) =>
        Make("one row a statement", data, 1, (body, from, to) => Text(body, ValuesText(data, from, to)), statements);

    /// <summary>An INSERT VALUES of the rows from one up to another.</summary>
    public static string ValuesText(MarketData data, int from, int to)
    {
        var text = new StringBuilder(Into).Append("VALUES ");
        for (var row = from; row < to; row++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{(row > from ? "," : "")}('{MarketData.SymbolName(data.Trades.Symbol[row])}',{data.Trades.First[row]},{data.Trades.Second[row]},{data.Trades.Time[row]})");
        }

        return text.ToString();
    }

    private static IngestLoad Make(string name, MarketData data, int rowsPerRequest, Action<MemoryStream, int, int> write, int most = int.MaxValue)
    {
        var requests = new List<byte[]>();
        using var body = new MemoryStream();
        for (var from = 0; from < data.Trades.Rows && requests.Count < most; from += rowsPerRequest)
        {
            body.SetLength(0);
            write(body, from, Math.Min(from + rowsPerRequest, data.Trades.Rows));
            requests.Add(InsertClient.Prepare(body.GetBuffer().AsSpan(0, (int)body.Length)));
        }

        return new IngestLoad(name, rowsPerRequest, requests);
    }

    private static void Text(MemoryStream body, string text) => body.Write(Encoding.UTF8.GetBytes(text));
}
