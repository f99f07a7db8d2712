using System.Text;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Errors;

/// <summary>Statements that are wrong: status 200, one clear line, nothing changed, and the server goes on.</summary>
public sealed class BadStatementTests(DemoServer demo) : IClassFixture<DemoServer>
{
    private readonly ServerClient _client = demo.Client;

    [Theory]
    [InlineData("SELECT * FORM tr", "Parse error: unexpected token 'FORM' at position 10")]
    [InlineData("SELECT * FROM foo", "Unknown table: foo")]
    [InlineData("SELECT count(*) FROM foo.bar", "Unknown table: foo.bar")]
    [InlineData("SELECT foo FROM trades", "Unknown column: foo at position 8")]
    [InlineData("SELECT price FROM trades WHERE foo = 1", "Unknown column: foo at position 32")]
    [InlineData("SELECT price FROM trades LIMIT foo", "Unknown column: foo at position 32")]
    [InlineData("SELECT t.foo FROM trades t", "Unknown column: t.foo at position 8")]
    [InlineData("SELECT foo(price) FROM trades", "Unknown function: foo")]
    [InlineData("SELECT count(*), foo(price) FROM trades", "Unknown function: foo")]
    [InlineData("SELECT foo(price) FILTER (WHERE price > 1) FROM trades", "Unknown function: foo")]
    [InlineData("INSERT INTO foo VALUES (1)", "Unknown table: foo")]
    [InlineData("DROP TABLE foo", "Unknown table: foo")]
    [InlineData("DESCRIBE TABLE foo", "Unknown table: foo")]
    [InlineData("ALTER TABLE foo ADD COLUMN x INT64", "Unknown table: foo")]
    public void Error_HasExactlyThisText(string sql, string text) => Assert.Equal(text, _client.Fail(sql));

    [Theory]
    [InlineData("", "empty statement")]
    [InlineData("  -- nothing\n", "empty statement")]
    [InlineData(";", "empty statement")]
    [InlineData("SELECT", "position 7")]
    [InlineData("SELECT 1 +", "position 11")]
    [InlineData("SELECT (1", "position 10")]
    [InlineData("SELECT 'open", "position 8")]
    [InlineData("SELECT \"open", "position 8")]
    [InlineData("SELECT /* open", "position 8")]
    [InlineData("SELECT 1 FROM trades WHERE", "position 27")]
    [InlineData("SELECT 1; SELECT 2", "position 11")]
    [InlineData("SELECT 99999999999999999999", "position 8")]
    [InlineData("SELECT 'é', # FROM trades", "position 13")]
    [InlineData("SELEC 1", "'SELEC' at position 1")]
    [InlineData("SELECT price FROM trades GROUP", "position 31")]
    [InlineData("SELECT price FROM trades LIMIT", "position 31")]
    [InlineData("CREATE TABLE t", "position 15")]
    [InlineData("INSERT INTO trades VALUES", "position 26")]
    public void SyntaxError_NamesThePosition(string sql, string text)
    {
        var error = _client.Fail(sql);
        Assert.StartsWith("Parse error: ", error);
        Assert.Contains(text, error);
    }

    [Theory]
    [InlineData("SELECT price + 'abc' FROM trades", "abc")]
    [InlineData("SELECT price FROM trades WHERE price = 'abc'", "abc")]
    [InlineData("SELECT price FROM trades WHERE timestamp > 'yesterday'", "yesterday")]
    [InlineData("SELECT sum(symbol) FROM trades", "sum")]
    [InlineData("SELECT avg('x') FROM trades", "avg")]
    [InlineData("SELECT substr(price) FROM trades", "substr")]
    [InlineData("SELECT CAST(price AS nonsense) FROM trades", "nonsense")]
    [InlineData("SELECT price, count(*) FROM trades", "price")]
    [InlineData("SELECT sum(sum(price)) FROM trades", "sum")]
    [InlineData("SELECT price FROM trades WHERE sum(price) > 1", "sum")]
    [InlineData("SELECT lag(price) FROM trades", "lag")]
    [InlineData("SELECT xbar(price, 0) FROM trades", "xbar")]
    [InlineData("SELECT symbol, price FROM trades ORDER BY 3", "3")]
    [InlineData("SELECT timestamp FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp", "timestamp")]
    [InlineData("SELECT 1 FROM trades t ASOF JOIN quotes t ON t.symbol = t.symbol AND t.timestamp >= t.timestamp", "t")]
    [InlineData("SELECT 1 FROM trades JOIN quotes ON trades.symbol = quotes.symbol", "JOIN")]
    [InlineData("SELECT 1 UNION SELECT 2", "UNION")]
    [InlineData("DELETE FROM trades WHERE sum(price) > 1", "sum")]
    [InlineData("UPDATE trades SET price = 'abc'", "abc")]
    [InlineData("UPDATE trades SET nonsense = 1", "nonsense")]
    [InlineData("INSERT INTO trades SELECT * FROM quotes", "SELECT")]
    [InlineData("EXPLAIN DELETE FROM trades", "EXPLAIN DELETE")]
    [InlineData("ALTER TABLE trades SET ATTRIBUTE symbol SORTED", "not in the order of the texts")]
    [InlineData("ALTER TABLE trades SET ATTRIBUTE nonsense GROUPED", "nonsense")]
    [InlineData("ALTER TABLE trades SET ATTRIBUTE price UNIQUE", "SORTED, GROUPED, PARTED or NONE")]
    [InlineData("ALTER TABLE trades DROP COLUMN timestamp", "timestamp")]
    public void TypeOrPlanError_NamesWhatIsMeant(string sql, string text) => Assert.Contains(text, _client.Fail(sql));

    [Theory]
    [InlineData("SELECT 9223372036854775807 + 1")]
    [InlineData("SELECT -9223372036854775807 - 2")]
    [InlineData("SELECT 4611686018427387904 * 2")]
    [InlineData("SELECT price * 4611686018427387904 FROM trades")]
    [InlineData("SELECT sum(price * 100000000000000) FROM trades")]
    [InlineData("SELECT CAST(1e30 AS INT64)")]
    [InlineData("SELECT CAST(3000000000 AS INT32)")]
    public void Overflow_IsAnError(string sql) => Assert.Matches("overflow|out of range|not fit|INT64|INT32", _client.Fail(sql));

    [Theory]
    [InlineData("SELECT 1 // 0")]
    [InlineData("SELECT intDiv(1, 0)")]
    [InlineData("SELECT 1 % 0")]
    [InlineData("SELECT price // (price - price) FROM trades")]
    [InlineData("SELECT intDiv(price, 0) FROM trades")]
    [InlineData("SELECT price % (volume - volume) FROM trades")]
    public void IntegerDivisionByZero_IsAnError(string sql) => Assert.Contains("zero", _client.Fail(sql));

    [Theory]
    [InlineData("SELECT 1 / 0, -1 / 0, 0 / 0, sqrt(-1)")]
    [InlineData("SELECT price / 0, -price / 0, (price - price) / 0, sqrt(-price) FROM trades LIMIT 1")]
    public void FloatDivisionByZero_IsNull(string sql) => Assert.Equal([null, null, null, null], Assert.Single(_client.Run(sql).Rows));

    [Fact]
    public void CreateTable_WithTooManyColumns_IsRefused()
    {
        Assert.Contains("1024", Columns(1025).Replace(",", ""));
        Assert.Equal("Unknown table: wide", _client.Fail("SELECT * FROM wide"));

        string Columns(int count) =>
            _client.Fail($"CREATE TABLE wide ({string.Join(", ", Enumerable.Range(0, count).Select(i => $"c{i} INT64"))})");
    }

    [Theory]
    [InlineData("CREATE TABLE bad (a INT64, a INT64)", "a")]
    [InlineData("CREATE TABLE bad (a NONSENSE)", "NONSENSE")]
    [InlineData("CREATE TABLE bad ()", "position 19")]
    [InlineData("CREATE TABLE bad (a INT64) WITH (timestamp = b)", "b")]
    [InlineData("CREATE TABLE bad (a INT32 DEFAULT 5000000000)", "5000000000")]
    [InlineData("CREATE TABLE trades (a INT64)", "trades")]
    [InlineData("ALTER TABLE trades ADD COLUMN price INT64", "price")]
    [InlineData("ALTER TABLE trades ADD COLUMN x NONSENSE", "NONSENSE")]
    public void BadDefinition_IsRefused(string sql, string text)
    {
        Assert.Contains(text, _client.Fail(sql));
        Assert.Equal("Unknown table: bad", _client.Fail("SELECT * FROM bad"));
    }

    [Theory]
    [InlineData("('A', 1, 1, 1, true), ('B', 185.5, 1, 2, true), ('C', 3, 1, 3, true)", 2, "i")]
    [InlineData("('A', 1, 1, 1, true), ('B', 2, 1, 2, true), ('C', 'x', 1, 3, true)", 3, "i")]
    [InlineData("('A', -9223372036854775808, 1, 1, true)", 1, "i")]
    [InlineData("('A', 1, 3000000000, 1, true)", 1, "j")]
    [InlineData("('A', 1, 1, 1, true), ('B', 1, 1, 'noon', true)", 2, "ts")]
    [InlineData("('A', 1, 1, NULL, true)", 1, "ts")]
    [InlineData("('A', 1, 1, 1, true), (NULL, 1, 1, 1, true)", 2, "s")]
    [InlineData("('A', 1, 1, 1, 'maybe')", 1, "b")]
    [InlineData("('A', 1 // 0, 1, 1, true)", 1, "i")]
    public void Insert_WithABadRow_StoresNothingAndNamesIt(string rows, int row, string column)
    {
        var table = "bad" + Guid.NewGuid().ToString("N");
        _client.Run($"CREATE TABLE {table} (s SYMBOL, i INT64, j INT32, ts TIMESTAMP, b BOOL)");
        var error = _client.Fail($"INSERT INTO {table} VALUES {rows}");
        Assert.StartsWith($"Row {row}, column {column}: ", error);
        Assert.Equal(0L, _client.Scalar($"SELECT count(*) FROM {table}"));
        _client.Run($"DROP TABLE {table}");
    }

    [Theory]
    [InlineData("INSERT INTO trades VALUES ('A', 1, 1)")]
    [InlineData("INSERT INTO trades VALUES ('A', 1, 1, 1, 1)")]
    [InlineData("INSERT INTO trades VALUES ('A', 1, 1, 1), ('A', 1, 1)")]
    [InlineData("INSERT INTO trades (symbol, nonsense) VALUES ('A', 1)")]
    [InlineData("INSERT INTO trades (symbol, symbol) VALUES ('A', 'B')")]
    [InlineData("INSERT INTO trades VALUES ('A', 1, 1, 1) garbage")]
    [InlineData("INSERT INTO trades VALUES ('A', price, 1, 1)")]
    public void Insert_ThatDoesNotFitTheTable_StoresNothing(string sql)
    {
        Assert.NotEmpty(_client.Fail(sql));
        Assert.Equal(0L, _client.Scalar("SELECT count(*) FROM trades WHERE symbol = 'A'"));
    }

    // Whether the server takes a statement this deep is its own affair, but it has to live on.
    [Theory]
    [InlineData("(", "1", ")", 50_000)]
    [InlineData("- ", "1", "", 50_000)]
    [InlineData("NOT ", "true", "", 50_000)]
    [InlineData("", "1", " + 1", 50_000)]
    [InlineData("", "true", " OR true", 50_000)]
    [InlineData("abs(", "1", ")", 50_000)]
    [InlineData("CASE WHEN true THEN ", "1", " END", 20_000)]
    [InlineData("(SELECT ", "1", ")", 20_000)]
    [InlineData("", "'a'", " || 'a'", 50_000)]
    [InlineData("", "1", "::INT64", 50_000)]
    public void DeepStatement_DoesNotEndTheServer(string before, string middle, string after, int depth)
    {
        var sql = new StringBuilder("SELECT ").Insert(7, before, depth).Append(middle);
        sql.Insert(sql.Length, after, depth);
        var result = _client.Query(sql.ToString());
        Assert.Equal(200, result.Status);
        if (result.Error is not null)
            Assert.DoesNotContain("internal", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1L, _client.Scalar("SELECT 1"));
    }

    [Fact]
    public void BodyThatIsNoText_IsASyntaxError()
    {
        using var http = new HttpClient { BaseAddress = demo.Process.Address };
        foreach (var bytes in (byte[][])[[0xFF, 0xFE, 0], [.. "SELECT '"u8, 0xC3, 0x28, (byte)'\''], [.. "SELECT 1"u8, 0]])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(bytes) };
            using var response = http.Send(request);
            Assert.Equal(200, (int)response.StatusCode);
        }

        Assert.Equal(1L, _client.Scalar("SELECT 1"));
    }
}
