namespace Zepto.Benchmarks.Queries;

/// <summary>One query of the comparison.</summary>
/// <param name="Id">Its short name, such as Q3.</param>
/// <param name="Title">What it asks, for the report.</param>
/// <param name="Sql">In our dialect.</param>
/// <param name="DuckSql">The same for DuckDB.</param>
internal sealed record Query(string Id, string Title, string Sql, string DuckSql)
{
    /// <summary>Result columns that the answer is compared by, from the left; ties leave the others open.</summary>
    public int ComparedColumns { get; init; } = int.MaxValue;

    /// <summary>Whether there is a hand-written kernel for it.</summary>
    public bool HasKernel { get; init; } = true;
}

/// <summary>The queries and the numbers in them, which depend on the data.</summary>
internal sealed class QuerySet
{
    /// <summary>Symbol of the queries that read one.</summary>
    public const int Symbol = 3;

    public const long FiveMinutesNs = 300_000_000_000;
    public const long OneMinuteNs = 60_000_000_000;
    public const int AverageRows = 20;
    public const int TopPrices = 10;
    public const int TopSymbols = 5;

    public QuerySet(MarketData data)
    {
        MedianPrice = data.PriceQuantile(0.5);
        HighPrice = data.PriceQuantile(0.99);
        LastPercentNs = MarketData.OpenNs + MarketData.DayNs / 100 * 99;
        All = [.. Make()];
    }

    /// <summary>Half of the trades are above it.</summary>
    public long MedianPrice { get; }

    /// <summary>One percent of the trades is above it.</summary>
    public long HighPrice { get; }

    /// <summary>The last percent of the day begins there.</summary>
    public long LastPercentNs { get; }

    public IReadOnlyList<Query> All { get; }

    private IEnumerable<Query> Make()
    {
        var one = $"symbol = '{MarketData.SymbolName(Symbol)}'";
        yield return Same("Q0", "SELECT 1", "SELECT 1") with { HasKernel = false };
        yield return Same("Q1", "count(*)", "SELECT count(*) FROM trades");
        yield return Same("Q2", "sum(volume)", "SELECT sum(volume) FROM trades");
        yield return new("Q3", "vwap, one symbol",
            $"SELECT vwap(price, volume) FROM trades WHERE {one}",
            $"SELECT sum(price * volume) / sum(volume) FROM trades WHERE {one}");
        yield return Same("Q4a", "count, price > x, 50 %", $"SELECT count(*) FROM trades WHERE price > {MedianPrice}");
        yield return Same("Q4b", "same, 1 %", $"SELECT count(*) FROM trades WHERE price > {HighPrice}");
        yield return Same("Q5", "sum(volume) by symbol", "SELECT symbol, sum(volume) FROM trades GROUP BY symbol");
        yield return Bars("Q6", "5-minute OHLCV, one symbol", "", FiveMinutesNs, $" WHERE {one}");
        yield return Bars("Q6b", "1-minute OHLCV, all symbols", "symbol, ", OneMinuteNs, "");
        yield return Same("Q7", "top 10 by price", $"SELECT price, symbol, timestamp FROM trades ORDER BY price DESC LIMIT {TopPrices}") with { ComparedColumns = 1 };
        yield return Same("Q8", "20-row moving average, one symbol",
            $"SELECT avg(price) OVER (ORDER BY timestamp ROWS BETWEEN {AverageRows - 1} PRECEDING AND CURRENT ROW) FROM trades WHERE {one}");
        yield return Same("Q9", "ASOF JOIN, as many quotes as trades",
            "SELECT count(*), sum(q.bid) FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp");
        yield return new("Q10", "last price per symbol",
            "SELECT symbol, last(price) FROM trades GROUP BY symbol",
            "SELECT symbol, arg_max(price, timestamp) FROM trades GROUP BY symbol");
        yield return Same("Q11", "count distinct symbol", "SELECT count(DISTINCT symbol) FROM trades");
        yield return Same("Q12", "last 1 % of time, avg", $"SELECT avg(price) FROM trades WHERE timestamp >= {LastPercentNs}");
        yield return Same("Q13", "median price per symbol", "SELECT symbol, median(price) FROM trades GROUP BY symbol") with { HasKernel = false };
        yield return Same("Q14", "top 5 symbols by volume",
            $"SELECT symbol, sum(volume) AS v FROM trades GROUP BY symbol ORDER BY v DESC LIMIT {TopSymbols}");
    }

    private static Query Same(string id, string title, string sql) => new(id, title, sql, sql);

    private static Query Bars(string id, string title, string key, long widthNs, string where) => new(id, title,
        $"SELECT {key}xbar(timestamp, {widthNs}) AS bar, first(price), max(price), min(price), last(price), sum(volume) FROM trades{where} GROUP BY {key}bar",
        $"SELECT {key}timestamp // {widthNs} * {widthNs} AS bar, arg_min(price, timestamp), max(price), min(price), arg_max(price, timestamp), sum(volume) "
        + $"FROM trades{where} GROUP BY {key}bar");
}
