using Zepto.Storage;
using Zepto.Storage.Ingest;
using Zepto.Storage.Tables;

namespace Zepto.Http.Hosting;

/// <summary>
/// The sample of --demo: the last hour of five made-up share prices in the tables trades and quotes. Prices, sizes and distances are always
/// the same; the last row is of the moment of the start, so that requests for the last minutes find something.
/// </summary>
internal static class DemoData
{
    private const int TradesPerSymbol = 1_000;
    private const int QuotesPerTrade = 2;
    private const long HourNs = 3_600_000_000_000;

    // AAPL comes first: the id of a fresh server's first symbol is 1.
    private static readonly (string Name, long Price)[] Symbols = [("AAPL", 15_000), ("MSFT", 41_000), ("GOOG", 17_500), ("AMZN", 18_200), ("NVDA", 12_400)];

    /// <summary>Requests to try, for the terminal.</summary>
    public static string RequestsFor(string address) =>
        $"""
        try:
          {Curl(address)} {address}/ping
          {Curl(address)} {address}/ -d "SELECT vwap(price, volume) AS vwap, count(*) AS n FROM trades WHERE symbol = 'AAPL'"
          {Curl(address)} {address}/ -d "SELECT symbol, sum(volume) AS total_vol FROM trades GROUP BY symbol ORDER BY symbol"
          {Curl(address)} {address}/ -d "SELECT xbar(timestamp, 300000000000) AS bar, first(price) AS open, max(price) AS high, min(price) AS low, last(price) AS close, sum(volume) AS vol FROM trades WHERE symbol = 1 GROUP BY bar ORDER BY bar"
          {Curl(address)} {address}/ -d "SELECT t.timestamp, t.price, q.bid, q.ask FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE t.symbol = 'MSFT' LIMIT 5"

        """;

    // A certificate for trying things out is nobody's to vouch for.
    private static string Curl(string address) => address.StartsWith("https", StringComparison.Ordinal) ? "curl -k" : "curl";

    /// <summary>Fills the two tables unless they have rows already.</summary>
    public static void Fill(Database database, ServerLog log)
    {
        if (!database.Catalog.TryGet("trades", out Table trades) || !database.Catalog.TryGet("quotes", out Table quotes) || trades.RowCount > 0 || quotes.RowCount > 0)
        {
            log.Write(LogLevel.Warning, "--demo changes nothing: trades and quotes are not there or not empty");
            return;
        }
        long endNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        int[] ids = Array.ConvertAll(Symbols, symbol => database.Symbols.Intern(System.Text.Encoding.UTF8.GetBytes(symbol.Name)));
        RowBatch tradeRows = database.RentBatch(trades);
        RowBatch quoteRows = database.RentBatch(quotes);
        tradeRows.EnsureCapacity(TradesPerSymbol * Symbols.Length);
        quoteRows.EnsureCapacity(TradesPerSymbol * Symbols.Length * QuotesPerTrade);
        int tradeCount = 0;
        int quoteCount = 0;
        Random random = new(20_240_701);
        long[] prices = Array.ConvertAll(Symbols, symbol => symbol.Price);
        for (int i = 0; i < TradesPerSymbol; i++)
        {
            for (int s = 0; s < Symbols.Length; s++)
            {
                long timeNs = endNs - HourNs + (i + 1) * (HourNs / TradesPerSymbol) - (Symbols.Length - 1 - s) * 1_000_000L;
                prices[s] += random.Next(-6, 7);
                for (int q = 0; q < QuotesPerTrade; q++)
                    AddQuote(quoteRows, quoteCount++, ids[s], prices[s], timeNs - (QuotesPerTrade - q) * 400_000_000L, random);
                AddTrade(tradeRows, tradeCount++, ids[s], prices[s] + random.Next(-1, 2), timeNs, random);
            }
        }
        tradeRows.SetRowCount(tradeCount);
        quoteRows.SetRowCount(quoteCount);
        database.AppendAsync(tradeRows).AsTask().GetAwaiter().GetResult();
        database.AppendAsync(quoteRows).AsTask().GetAwaiter().GetResult();
    }

    private static void AddTrade(RowBatch rows, int row, int symbol, long price, long timeNs, Random random)
    {
        rows.Column<int>(0)[row] = symbol;
        rows.Column<long>(1)[row] = price;
        rows.Column<long>(2)[row] = random.Next(1, 50) * 10;
        rows.Column<long>(3)[row] = timeNs;
    }

    private static void AddQuote(RowBatch rows, int row, int symbol, long price, long timeNs, Random random)
    {
        rows.Column<int>(0)[row] = symbol;
        rows.Column<long>(1)[row] = price - random.Next(1, 4);
        rows.Column<long>(2)[row] = price + random.Next(1, 4);
        rows.Column<long>(3)[row] = random.Next(1, 20) * 100;
        rows.Column<long>(4)[row] = random.Next(1, 20) * 100;
        rows.Column<long>(5)[row] = timeNs;
    }
}
