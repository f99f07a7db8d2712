using System.Text;

namespace Zepto.Benchmarks.Queries;

/// <summary>Which of the two tables.</summary>
internal enum MarketTable
{
    Trades,
    Quotes,
}

/// <summary>
/// Trades and as many quotes of one trading day (6.5 hours), made from a fixed seed: symbols drawn at random, prices that walk, times that
/// strictly increase. Held column by column in order of arrival.
/// </summary>
internal sealed class MarketData
{
    public const int SymbolCount = 10;

    /// <summary>2026-01-05 14:30 UTC, a Monday on which exchanges open at that time.</summary>
    public const long OpenNs = 1_767_623_400_000_000_000;

    /// <summary>6.5 hours.</summary>
    public const long DayNs = 23_400_000_000_000;

    private static readonly string[] s_names = ["AAPL", "MSFT", "GOOG", "AMZN", "NVDA", "META", "TSLA", "AVGO", "JPM", "XOM"];

    private MarketData(int rows)
    {
        Trades = new Columns(rows);
        Quotes = new Columns(rows);
        SymbolsUtf8 = Array.ConvertAll(s_names, Encoding.ASCII.GetBytes);
    }

    /// <summary>One table: two integer columns, price and volume or bid and ask.</summary>
    public sealed class Columns(int rows)
    {
        public readonly byte[] Symbol = new byte[rows];
        public readonly long[] First = new long[rows];
        public readonly long[] Second = new long[rows];
        public readonly long[] Time = new long[rows];

        public int Rows => Symbol.Length;
    }

    /// <summary>Columns symbol, price, volume, timestamp.</summary>
    public Columns Trades { get; }

    /// <summary>Columns symbol, bid, ask, timestamp.</summary>
    public Columns Quotes { get; }

    /// <summary>Names of the symbols; a row's symbol is an index into them.</summary>
    public byte[][] SymbolsUtf8 { get; }

    public static string SymbolName(int index) => s_names[index];

    public Columns Table(MarketTable table) => table == MarketTable.Trades ? Trades : Quotes;

    public static string NameOf(MarketTable table) => table == MarketTable.Trades ? "trades" : "quotes";

    /// <summary>Names of the two integer columns.</summary>
    public static (string First, string Second) ColumnNames(MarketTable table) =>
        table == MarketTable.Trades ? ("price", "volume") : ("bid", "ask");

    /// <summary>Makes the data; the same for the same number of rows.</summary>
    public static MarketData Generate(int rows)
    {
        var data = new MarketData(rows);
        var random = new Random(20_260_105);
        var stepNs = DayNs / rows;
        var prices = new long[SymbolCount];
        for (var i = 0; i < prices.Length; i++)
            prices[i] = 10_000 + 2_000 * i;
        for (var i = 0; i < rows; i++)
        {
            var symbol = random.Next(SymbolCount);
            // Pulled back to where it began, so that prices keep their range however long the day is.
            prices[symbol] += random.Next(-6, 7) - (prices[symbol] - 10_000 - 2_000 * symbol) / 512;
            Put(data.Trades, i, symbol, prices[symbol], random.Next(1, 100) * 10, OpenNs + i * stepNs + random.NextInt64(stepNs));
            symbol = random.Next(SymbolCount);
            var spread = random.Next(1, 5);
            Put(data.Quotes, i, symbol, prices[symbol] - spread, prices[symbol] + spread, OpenNs + i * stepNs + random.NextInt64(stepNs));
        }

        return data;
    }

    /// <summary>The price that this fraction of the trades does not exceed.</summary>
    public long PriceQuantile(double fraction)
    {
        var sorted = (long[])Trades.First.Clone();
        Array.Sort(sorted);
        return sorted[(int)(fraction * (sorted.Length - 1))];
    }

    private static void Put(Columns columns, int row, int symbol, long first, long second, long timeNs)
    {
        columns.Symbol[row] = (byte)symbol;
        columns.First[row] = first;
        columns.Second[row] = second;
        columns.Time[row] = timeNs;
    }
}
