using System.Globalization;
using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Engine;
using Zepto.Query.Results;
using Zepto.Query.Tests.Engine;

namespace Zepto.Query.Tests.Access;

/// <summary>Whoever has a symbol list finds the database as if it held the rows of those symbols only.</summary>
public sealed class SymbolFilterTests
{
    private static readonly string[] s_symbols = ["AAPL", "MSFT", "GOOG", "AMZN", "NVDA", "secret"];
    private static readonly string[] s_visible = ["MSFT", "NVDA", "7", "never stored"];

    [Fact]
    public void RandomQueries_AnswerAsOnACopyWithTheVisibleRowsOnly()
    {
        const int seed = 20261124;
        var random = new Random(seed);
        foreach (var inlineMicroseconds in new[] { 0, 300 })
        {
            using var whole = new TestEngine(new EngineOptions { InlineMicroseconds = inlineMicroseconds });
            using var copy = new TestEngine(new EngineOptions { InlineMicroseconds = inlineMicroseconds });
            Fill(whole, random.Next(), copy);
            whole.Access = new StatementAccess(StatementPermissions.All, null, s_visible, null);
            for (var i = 0; i < 400; i++)
            {
                var sql = RandomQuery(random);
                var (expected, expectedKind, expectedError) = copy.Run(sql);
                var (actual, kind, error) = whole.Run(sql);
                Assert.True(kind == expectedKind && error == expectedError, $"seed {seed}: {sql}\n{kind} {error}\n{expectedKind} {expectedError}");
                Assert.True(expected.Order(StringComparer.Ordinal).SequenceEqual(actual.Order(StringComparer.Ordinal)),
                    $"seed {seed}: {sql}\nexpected {string.Join("; ", expected.Take(20))}\nactual   {string.Join("; ", actual.Take(20))}");
            }
        }
    }

    [Fact]
    public void Plans_OfOthers_AreNotUsed()
    {
        using var engine = new TestEngine();
        Fill(engine, 1);
        const string sql = "SELECT DISTINCT symbol FROM ticks ORDER BY symbol";
        var all = engine.Rows(sql);
        Assert.Contains("secret", all);
        engine.Access = new StatementAccess(StatementPermissions.Query, null, ["AAPL"], null);
        Assert.Equal(["AAPL"], engine.Rows(sql));
        engine.Access = new StatementAccess(StatementPermissions.Query, null, ["GOOG"], null);
        Assert.Equal(["GOOG"], engine.Rows(sql));
        engine.Access = null;
        Assert.Equal(all, engine.Rows(sql));
    }

    [Fact]
    public void EmptyAndUnknownLists_SeeNothing()
    {
        using var engine = new TestEngine();
        Fill(engine, 1);
        foreach (var list in new string[][] { [], ["nobody"], ["1"], [" MSFT"], ["msft"], ["'MSFT'"] })
        {
            engine.Access = new StatementAccess(StatementPermissions.Query, null, list, null);
            Assert.Equal(["0"], engine.Rows("SELECT count(*) FROM ticks"));
            Assert.Equal(["0"], engine.Rows("SELECT count(*) FROM ticks WHERE symbol = 'MSFT'"));
            Assert.Empty(engine.Rows("SELECT * FROM ticks"));
        }
    }

    [Fact]
    public async Task Explain_CountsTheVisibleRowsOnly()
    {
        using var engine = new TestEngine();
        engine.Rows("INSERT INTO trades (symbol, price, volume) VALUES ('A', 1, 1), ('B', 2, 2), ('B', 3, 3)");
        engine.Access = new StatementAccess(StatementPermissions.Query, null, ["A"], null);
        Assert.Contains(engine.Rows("EXPLAIN SELECT price FROM trades"), line => line.StartsWith("Reads at most 1 rows", StringComparison.Ordinal));
        Assert.Contains(engine.Rows("EXPLAIN SELECT count(*) FROM trades"), line => line.StartsWith("Reads at most 1 rows", StringComparison.Ordinal));
        using var execution = engine.Start("SELECT sum(price) FROM trades");
        while (await execution.MoveNextAsync())
        {
        }

        Assert.Equal(1, execution.RowsScanned);
    }

    // A value that breaks a computation stands in a row that the caller does not see.
    [Fact]
    public void Errors_OfInvisibleRows_DoNotShow()
    {
        using var engine = new TestEngine();
        engine.Rows("CREATE TABLE notes (symbol SYMBOL, timestamp TIMESTAMP_NS, text STRING, divisor INT64)");
        engine.Rows("INSERT INTO notes VALUES ('A', 1, '12', 1), ('B', 2, 'no number', 0)");
        engine.Access = new StatementAccess(StatementPermissions.Query, null, ["A"], null);
        Assert.Equal(["12"], engine.Rows("SELECT CAST(text AS INT64) FROM notes"));
        Assert.Equal(["12"], engine.Rows("SELECT text FROM notes WHERE CAST(text AS INT64) > 0"));
        Assert.Equal(["1"], engine.Rows("SELECT 1 // divisor FROM notes"));
        Assert.Equal(["12"], engine.Rows("SELECT text FROM notes WHERE text LIKE '%'"));
        Assert.Equal(["12"], engine.Rows("SELECT text FROM notes GROUP BY text"));
    }

    [Theory]
    [InlineData("INSERT INTO trades (symbol, price, volume) VALUES ('B', 1, 1)")]
    [InlineData("INSERT INTO trades (symbol, price, volume) VALUES ('A', 1, 1), ('B', 1, 1)")]
    [InlineData("INSERT INTO trades (symbol, price, volume) VALUES ('new', 1, 1)")]
    [InlineData("INSERT INTO trades (symbol, price, volume) VALUES (2, 1, 1)")]
    [InlineData("INSERT INTO trades (symbol, price, volume) VALUES (77, 1, 1)")]
    [InlineData("INSERT INTO trades (symbol, price, volume) VALUES (concat('ne', 'w'), 1, 1)")]
    [InlineData("INSERT INTO trades (symbol, price, volume) SELECT 'B', price, volume FROM trades")]
    [InlineData("INSERT INTO trades (symbol, price, volume) SELECT 'new', price, volume FROM trades")]
    [InlineData("INSERT INTO trades (symbol, price, volume) SELECT text, price, volume FROM texts")]
    [InlineData("INSERT INTO trades (symbol, price, volume) SELECT number, price, volume FROM texts")]
    [InlineData("INSERT INTO trades (symbol, price, volume) FORMAT CSV\nA,1,1\nB,1,1\n")]
    [InlineData("INSERT INTO trades (symbol, price, volume) FORMAT CSV\nA,1,1\nnew,1,1\nA,1,1\n")]
    [InlineData("INSERT INTO trades (symbol, price, volume) FORMAT TSV\nnew\t1\t1\n")]
    [InlineData("INSERT INTO trades FORMAT JSONEachRow\n{\"symbol\":\"B\",\"price\":1,\"volume\":1}")]
    [InlineData("INSERT INTO two (other, symbol2) VALUES ('new', 'new')")]
    [InlineData("INSERT INTO defaulted FORMAT JSONEachRow\n{\"price\":1}")]
    [InlineData("INSERT INTO defaulted (price) VALUES (1)")]
    [InlineData("UPDATE trades SET symbol = 'B'")]
    [InlineData("UPDATE trades SET symbol = 'new' WHERE price = 1")]
    [InlineData("TRUNCATE TABLE trades")]
    [InlineData("DROP TABLE trades")]
    [InlineData("ALTER TABLE trades DROP COLUMN volume")]
    [InlineData("ALTER TABLE trades SET TTL 1 DAYS")]
    public void Writing_OtherSymbols_IsForbidden(string sql)
    {
        using var engine = new TestEngine();
        engine.Rows("CREATE TABLE texts (text STRING, number INT64, price INT64, volume INT64)");
        engine.Rows("CREATE TABLE defaulted (symbol SYMBOL DEFAULT 'B', timestamp TIMESTAMP_NS, price INT64)");
        engine.Rows("CREATE TABLE two (symbol2 SYMBOL, other SYMBOL, timestamp TIMESTAMP_NS)");
        engine.Rows("INSERT INTO texts VALUES ('other', 78, 1, 1)");
        engine.Rows("INSERT INTO trades (symbol, timestamp, price, volume) VALUES ('A', 1, 1, 1), ('B', 2, 2, 2)");
        var symbolCount = engine.Database.Symbols.Count;
        engine.Access = new StatementAccess(StatementPermissions.All, null, ["A"], null);
        Assert.Equal("Forbidden", engine.Error(sql, StatementErrorKind.Forbidden));
        engine.Access = null;
        Assert.Equal(["A|1", "B|2"], engine.Rows("SELECT symbol, price FROM trades ORDER BY price"));
        Assert.Equal(["0"], engine.Rows("SELECT count(*) FROM defaulted"));
        Assert.Equal(symbolCount, engine.Database.Symbols.Count);
    }

    [Fact]
    public void Writing_OwnSymbols_ChangesTheirRowsOnly()
    {
        using var engine = new TestEngine();
        engine.Rows("INSERT INTO trades (symbol, timestamp, price, volume) VALUES ('A', 1, 1, 1), ('B', 2, 2, 2)");
        engine.Access = new StatementAccess(StatementPermissions.All, null, ["A", "new", "42"], null);
        engine.Rows("INSERT INTO trades (symbol, timestamp, price, volume) VALUES ('new', 3, 3, 3), ('A', 4, 4, 4), (42, 5, 5, 5)");
        engine.Rows("UPDATE trades SET price = price + 10");
        engine.Rows("DELETE FROM trades WHERE volume = 4");
        engine.Rows("INSERT INTO trades (symbol, timestamp, price, volume) SELECT symbol, timestamp + 100, price, volume FROM trades WHERE symbol = 'A'");
        Assert.Equal(["A|11", "A|11", "new|13", "42|15"], engine.Rows("SELECT symbol, price FROM trades ORDER BY price"));
        engine.Rows("DELETE FROM trades");
        Assert.Empty(engine.Rows("SELECT * FROM trades"));
        engine.Access = null;
        Assert.Equal(["B|2|2"], engine.Rows("SELECT symbol, price, volume FROM trades"));
    }

    private static void Fill(TestEngine engine, int seed, TestEngine? visibleOnly = null)
    {
        var random = new Random(seed);
        foreach (var each in new[] { engine, visibleOnly })
        {
            if (each is null)
                continue;
            each.Rows("CREATE TABLE ticks (symbol SYMBOL, timestamp TIMESTAMP_NS, price FLOAT64, size INT64, venue STRING)");
            each.Rows("CREATE TABLE bids (symbol SYMBOL, timestamp TIMESTAMP_NS, bid FLOAT64)");
            each.Rows("CREATE TABLE plain (number INT64)");
            each.Rows("INSERT INTO plain VALUES (1), (2), (3)");
            // The same ids in both.
            foreach (var symbol in s_symbols)
                each.Database.Symbols.Intern(Encoding.UTF8.GetBytes(symbol));
        }

        for (var statement = 0; statement < 30; statement++)
        {
            var (ticks, visibleTicks, bids, visibleBids) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
            for (var i = 0; i < 60; i++)
            {
                var index = random.Next(s_symbols.Length + 1);
                var symbol = index < s_symbols.Length ? $"'{s_symbols[index]}'" : "7";
                var isVisible = s_visible.Contains(symbol.Trim('\''));
                var time = random.NextInt64(0, 4L * 86_400_000_000_000);
                Add(ticks, visibleTicks, isVisible, string.Create(CultureInfo.InvariantCulture,
                    $"({symbol}, {time}, {(random.Next(20) == 0 ? "NULL" : random.Next(1, 1000).ToString(CultureInfo.InvariantCulture) + ".5")}, {random.Next(1, 100)}, 'v{random.Next(40)}{(isVisible ? "" : "x")}')"));
                Add(bids, visibleBids, isVisible, $"({symbol}, {time - random.Next(1000)}, {random.Next(1, 1000)}.25)");
            }

            engine.Rows($"INSERT INTO ticks VALUES {string.Join(", ", ticks)}");
            engine.Rows($"INSERT INTO bids VALUES {string.Join(", ", bids)}");
            if (visibleOnly is null || visibleTicks.Count == 0)
                continue;
            visibleOnly.Rows($"INSERT INTO ticks VALUES {string.Join(", ", visibleTicks)}");
            visibleOnly.Rows($"INSERT INTO bids VALUES {string.Join(", ", visibleBids)}");
        }

        static void Add(List<string> all, List<string> visible, bool isVisible, string row)
        {
            all.Add(row);
            if (isVisible)
                visible.Add(row);
        }
    }

    private static string RandomQuery(Random random)
    {
        var day = 86_400_000_000_000L;
        var where = random.Next(9) switch
        {
            0 => "",
            1 => $" WHERE symbol = '{s_symbols[random.Next(s_symbols.Length)]}'",
            2 => $" WHERE symbol IN ('{s_symbols[random.Next(s_symbols.Length)]}', 'MSFT', {random.Next(1, 9)})",
            3 => $" WHERE timestamp >= {random.NextInt64(3 * day)} AND timestamp < {random.NextInt64(day, 4 * day)}",
            4 => $" WHERE price > {random.Next(1000)}",
            5 => $" WHERE symbol = {random.Next(1, 9)} AND size < {random.Next(100)}",
            6 => $" WHERE symbol <> 'MSFT' OR price > {random.Next(1000)}",
            7 => " WHERE symbol LIKE '%S%'",
            _ => $" WHERE venue LIKE '%{random.Next(10)}%' AND timestamp > {random.NextInt64(4 * day)}",
        };
        return random.Next(18) switch
        {
            0 => $"SELECT count(*) FROM ticks{where}",
            1 => $"SELECT count(*), count(price), sum(size), min(price), max(price) FROM ticks{where}",
            2 => $"SELECT symbol, count(*), sum(size), min(timestamp), max(timestamp) FROM ticks{where} GROUP BY symbol",
            3 => $"SELECT symbol, first(size), last(size), first(timestamp) FROM ticks{where} GROUP BY symbol",
            4 => $"SELECT first(size), last(size), min(timestamp), max(timestamp) FROM ticks{where}",
            5 => $"SELECT DISTINCT symbol FROM ticks{where}",
            6 => $"SELECT count(DISTINCT symbol), count(DISTINCT venue) FROM ticks{where}",
            7 => $"SELECT symbol, timestamp, price, size, venue FROM ticks{where} ORDER BY price DESC, timestamp, size, venue LIMIT {random.Next(1, 40)}",
            8 => $"SELECT timestamp, size FROM ticks{where} ORDER BY timestamp DESC, size LIMIT {random.Next(1, 20)}",
            9 => $"SELECT venue, count(*) FROM ticks{where} GROUP BY venue HAVING count(*) > {random.Next(5)}",
            10 => $"SELECT xbar(timestamp, 3600000000000) AS bar, sum(size), count(*) FROM ticks{where} GROUP BY xbar(timestamp, 3600000000000)",
            11 => "SELECT t.symbol, t.timestamp, q.bid FROM ticks t ASOF JOIN bids q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp",
            12 => "SELECT count(*), sum(q.bid) FROM ticks t AJ JOIN bids q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp",
            13 => $"WITH w AS (SELECT symbol, size FROM ticks{where}) SELECT symbol, max(size), count(*) FROM w GROUP BY symbol",
            14 => $"SELECT count(*), sum(s) FROM (SELECT symbol, sum(size) AS s FROM ticks{where} GROUP BY symbol) AS d",
            15 => $"SELECT symbol, timestamp, sum(size) OVER (PARTITION BY symbol ORDER BY timestamp ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM ticks{where}",
            16 => "SELECT sum(number), count(*) FROM plain",
            _ => $"SELECT min(symbol), max(symbol), any(symbol) FROM ticks WHERE symbol = 'NVDA' AND price > {random.Next(1000)}",
        };
    }
}
