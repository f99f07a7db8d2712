using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Endpoints;

/// <summary>Statements asked again after the schema has changed under their kept plans.</summary>
public sealed class SchemaChangeTests : IDisposable
{
    private readonly ServerProcess _server = ServerProcess.Start("--in-memory");

    public void Dispose() => _server.Dispose();

    [Fact]
    public void AddedColumn_IsSeenAtOnce()
    {
        Run("CREATE TABLE t (s SYMBOL, a INT64, ts TIMESTAMP)");
        Run("INSERT INTO t VALUES ('A', 1, 1)");
        Assert.Equal(["s", "a", "ts"], Run("SELECT * FROM t").Columns);
        Assert.Equal("Unknown column: b at position 8", _server.Client.Fail("SELECT b FROM t"));
        Run("ALTER TABLE t ADD COLUMN b STRING");
        Assert.Equal(["s", "a", "ts", "b"], Run("SELECT * FROM t").Columns);
        Assert.Null(_server.Client.Scalar("SELECT b FROM t"));
        Run("INSERT INTO t VALUES ('A', 2, 2, 'new')");
        Assert.Equal([null, "new"], Run("SELECT b FROM t ORDER BY ts").Rows.Select(r => r[0]));
    }

    [Fact]
    public void RecreatedTable_HasItsNewTypes()
    {
        Run("CREATE TABLE t (a INT64)");
        Run("INSERT INTO t VALUES (7)");
        Assert.Equal(7L, _server.Client.Scalar("SELECT max(a) FROM t"));
        Run("DROP TABLE t");
        Assert.Equal("Unknown table: t", _server.Client.Fail("SELECT max(a) FROM t"));
        Assert.Equal("Unknown table: t", _server.Client.Fail("INSERT INTO t VALUES (7)"));
        Run("CREATE TABLE t (a STRING)");
        Run("INSERT INTO t VALUES ('seven')");
        Assert.Equal("seven", _server.Client.Scalar("SELECT max(a) FROM t"));
        Assert.Contains("a", _server.Client.Fail("SELECT sum(a) FROM t"));
    }

    // A literal's type is part of what a plan was made for.
    [Fact]
    public void LiteralsOfOtherTypes_AreReadAnew()
    {
        Run("CREATE TABLE t (s SYMBOL, a INT64, f FLOAT64, g STRING)");
        Run("INSERT INTO t VALUES ('A', 1, 1.5, 'x'), ('B', 2, 2.5, 'y'), (9, 3, NULL, NULL)");
        Assert.Equal(1L, Count("s = 'A'"));
        Assert.Equal(0L, Count("s = 'nobody'"));
        Assert.Equal(1L, Count("s = 9"));
        Assert.Equal(1L, Count("s = 1"));
        Assert.Equal(2L, Count("a > 1"));
        Assert.Equal(1L, Count("a > 2.5"));
        Assert.Equal(2L, Count("a > '1'"));
        Assert.Contains("one", _server.Client.Fail("SELECT count(*) FROM t WHERE a > 'one'"));
        Assert.Equal(2L, Count("a > 1"));
        Assert.Equal(3L, Count("a IN (1, 2, 3)"));
        Assert.Equal(1L, Count("a IN (1, 1, 5)"));
        Assert.Equal(["1", 1L, 1L, 1.5], Assert.Single(Run("SELECT '1', 1, 1, 1.5").Rows));
        Assert.Equal(["2", 2L, 3L, 0.5], Assert.Single(Run("SELECT '2', 2, 3, 0.5").Rows));
        Assert.Equal(["'2'", "2", "3", "0.5"], Run("SELECT '2', 2, 3, 0.5").Columns);

        object? Count(string condition) => _server.Client.Scalar($"SELECT count(*) FROM t WHERE {condition}");
    }

    private QueryResult Run(string sql) => _server.Client.Run(sql);
}
