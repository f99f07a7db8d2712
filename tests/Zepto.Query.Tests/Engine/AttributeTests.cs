using Zepto.Query.Access;
using Zepto.Query.Engine;
using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>SORTED, GROUPED and PARTED in SQL: what they say, what scans leave out by them, and rows that break them.</summary>
public sealed class AttributeTests : IDisposable
{
    private const int Rows = 20_000;
    private readonly TestEngine _engine = new(new EngineOptions { InlineMicroseconds = 1_000_000 }, compacts: false);

    public AttributeTests()
    {
        _engine.Rows("CREATE TABLE t (k SYMBOL, seq INT64, grp INT32, part STRING, f FLOAT64, ts TIMESTAMP)");
        Insert(0, Rows);
    }

    [Fact]
    public void Attributes_AreShownAndPastedBack()
    {
        _engine.Rows("CREATE TABLE u (k SYMBOL PARTED, a INT64 SORTED NOT NULL DEFAULT 3, b STRING GROUPED, ts TIMESTAMP SORTED)");
        const string shown = "CREATE TABLE u (k SYMBOL PARTED, a INT64 SORTED NOT NULL DEFAULT 3, b STRING GROUPED, ts TIMESTAMP_NS SORTED) WITH (timestamp = ts)";
        Assert.Equal([shown], _engine.Rows("SHOW CREATE TABLE u"));
        _engine.Rows("DROP TABLE u");
        _engine.Rows(shown);
        Assert.Equal([shown], _engine.Rows("SHOW CREATE TABLE u"));
        Assert.Equal(["k|SYMBOL|||PARTED||", "a|INT64|DEFAULT|3|SORTED||", "b|STRING|||GROUPED||", "ts|TIMESTAMP_NS|||SORTED||"], _engine.Rows("DESCRIBE u"));
        _engine.Rows("ALTER TABLE u SET ATTRIBUTE b NONE");
        _engine.Rows("ALTER TABLE u RENAME COLUMN a TO c");
        _engine.Rows("ALTER TABLE u ADD COLUMN d INT32 GROUPED");
        Assert.Equal(
            ["CREATE TABLE u (k SYMBOL PARTED, c INT64 SORTED NOT NULL DEFAULT 3, b STRING, ts TIMESTAMP_NS SORTED, d INT32 GROUPED) WITH (timestamp = ts)"],
            _engine.Rows("SHOW CREATE TABLE u"));
    }

    [Theory]
    [InlineData("seq = 12345", 1)]
    [InlineData("seq BETWEEN 9990 AND 10009", 20)]
    [InlineData("seq > 5 AND seq <= 8", 3)]
    [InlineData("19990 < seq", 9)]
    [InlineData("seq IN (1, 2, 15000, 99999999)", 3)]
    [InlineData("seq = NULL", 0)]
    [InlineData("grp = 77", 20)]
    [InlineData("grp IN (1, 2, 3000)", 40)]
    [InlineData("grp > 996", 60)]
    [InlineData("part = 'p7'", 500)]
    [InlineData("part IN ('p7', 'p9', 'nothing')", 1000)]
    [InlineData("part = 'nothing'", 0)]
    [InlineData("part = 'p7' AND grp = 501", 1)]
    [InlineData("seq < 5000 AND grp = 77", 5)]
    [InlineData("f = 2.5", 20)]
    [InlineData("f >= 499.5", 20)]
    public async Task Scan_ReadsLittleMoreThanWhatMatches(string condition, int matches)
    {
        var expected = _engine.Rows($"SELECT seq FROM t WHERE {condition}");
        SetAttributes();
        foreach (var optimize in new[] { false, true })
        {
            if (optimize)
                _engine.Rows("OPTIMIZE TABLE t FINAL");
            // Once to make the indexes, which is the same answer.
            Assert.Equal(expected, _engine.Rows($"SELECT seq FROM t WHERE {condition}"));
            using var execution = _engine.Start($"SELECT count(*) AS n FROM t WHERE {condition}");
            Assert.True(await execution.MoveNextAsync());
            Assert.Equal(matches, execution.Values(0).Int64[0]);
            // The last segment still grows: GROUPED and PARTED read it whole.
            Assert.InRange(execution.RowsScanned, matches, (2 * matches) + (optimize ? 0 : 16_384));
        }
    }

    [Fact]
    public void Explain_NamesAttributeAndSegmentsReadWhole()
    {
        SetAttributes();
        _engine.Rows("OPTIMIZE TABLE t FINAL");
        Assert.Contains("index seq SORTED and grp GROUPED)", Explain("grp = 5 AND seq < 100 AND ts > 7"), StringComparison.Ordinal);
        Assert.Contains("index part PARTED)", Explain("part = 'p1'"), StringComparison.Ordinal);
        Assert.DoesNotContain("index", Explain("part > 'p1' OR seq = 3"), StringComparison.Ordinal);
        // Many rows: reading them one after another is cheaper.
        Assert.Contains("index grp GROUPED (1 of 1 segments read whole))", Explain("grp < 20"), StringComparison.Ordinal);
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE grp NONE");
        Assert.DoesNotContain("grp GROUPED", Explain("grp = 5"), StringComparison.Ordinal);
    }

    [Fact]
    public void LateRows_BreakTheOrderButNoAnswer()
    {
        SetAttributes();
        _engine.Rows("OPTIMIZE TABLE t FINAL");
        Assert.Contains("index seq SORTED)", Explain("seq = 700"), StringComparison.Ordinal);
        _engine.Rows("INSERT INTO t VALUES ('A', 700, 5, 'p1', 1.5, 9)");
        Assert.Equal(["700|5", "700|700"], _engine.Rows("SELECT seq, grp FROM t WHERE seq = 700"));
        _engine.Rows("OPTIMIZE TABLE t FINAL");
        Assert.Contains("seq SORTED (1 of 1 segments read whole)", Explain("seq = 700"), StringComparison.Ordinal);
        Assert.Contains("index seq SORTED)", Explain("seq = 10000"), StringComparison.Ordinal);
        Assert.Equal(["700|5", "700|700"], _engine.Rows("SELECT seq, grp FROM t WHERE seq = 700"));
        Assert.Equal(["700|5"], _engine.Rows("SELECT seq, grp FROM t WHERE seq = 700 AND part = 'p1' AND grp = 5"));
        var error = _engine.Error("ALTER TABLE t SET ATTRIBUTE seq SORTED", StatementErrorKind.BadValue);
        Assert.Equal("Column seq of t is not SORTED: the value is below the one before it, in row 12 of A on 1970-01-01", error);
        // Newer rows are found by index again.
        Insert(Rows, 5000);
        Assert.Equal([$"{Rows + 17}"], _engine.Rows($"SELECT seq FROM t WHERE seq = {Rows + 17}"));
        _engine.Rows("DELETE FROM t WHERE seq = 700 AND grp = 5");
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE seq SORTED");
        _engine.Rows("OPTIMIZE TABLE t FINAL");
        Assert.Contains("index seq SORTED)", Explain("seq = 700"), StringComparison.Ordinal);
    }

    [Fact]
    public void UpdateAndDelete_FindRowsByAttributes()
    {
        SetAttributes();
        _engine.Rows("UPDATE t SET seq = 15000, grp = 5000 WHERE seq = 100");
        Assert.Equal(["100|15000", "15000|15000"], _engine.Rows("SELECT toUnixTimestamp(ts) * 0 + ts, seq FROM t WHERE seq = 15000"));
        _engine.Rows("UPDATE t SET part = 'other' WHERE part = 'p3' AND seq IN (1500, 1501, 7)");
        Assert.Equal(["1500", "1501"], _engine.Rows("SELECT seq FROM t WHERE part = 'other'"));
        _engine.Rows("DELETE FROM t WHERE grp = 5000");
        Assert.Equal(["15000"], _engine.Rows("SELECT seq FROM t WHERE seq = 15000"));
        Assert.Equal([$"{Rows - 1}"], _engine.Rows("SELECT count(*) FROM t"));
    }

    [Fact]
    public void AddedColumn_IsNullInEarlierSegments()
    {
        _engine.Rows("ALTER TABLE t ADD COLUMN x INT64 SORTED");
        _engine.Rows($"INSERT INTO t (k, seq, x, ts) VALUES ('A', {Rows}, 5, {Rows}), ('A', {Rows + 1}, 6, {Rows + 1})");
        Assert.Equal([$"{Rows}|5"], _engine.Rows("SELECT seq, x FROM t WHERE x <= 5"));
        Assert.Equal([$"{Rows + 1}|6"], _engine.Rows("SELECT seq, x FROM t WHERE x IN (6, 7)"));
    }

    [Fact]
    public void RestrictedCallers_FindOnlyTheirSymbols()
    {
        SetAttributes();
        _engine.Rows("INSERT INTO t VALUES ('B', 5, 77, 'p7', 2.5, 1), ('B', 6, 78, 'p8', 2.5, 2)");
        _engine.Access = new StatementAccess(StatementPermissions.All, null, ["B"], null);
        Assert.Equal(["5"], _engine.Rows("SELECT seq FROM t WHERE grp = 77"));
        Assert.Equal(["5"], _engine.Rows("SELECT seq FROM t WHERE part = 'p7' AND seq < 100"));
        Assert.Equal(["5", "6"], _engine.Rows("SELECT seq FROM t WHERE f = 2.5 AND seq BETWEEN 1 AND 10"));
        Assert.DoesNotContain("of 2", Explain("seq = 5"), StringComparison.Ordinal);
        // Its error would tell of rows of others.
        _engine.Error("ALTER TABLE t SET ATTRIBUTE grp SORTED", StatementErrorKind.Forbidden);
    }

    [Fact]
    public void NaNAndNull_LieBehindAndBeforeAllNumbers()
    {
        _engine.Rows("CREATE TABLE n (f FLOAT64, ts TIMESTAMP)");
        _engine.Rows("INSERT INTO n FORMAT CSV\n\\N,1\n\\N,2\n-inf,3\n-0.0,4\n0,5\n1.5,6\ninf,7\nnan,8\n");
        string[] conditions = ["f = 0", "f < 0", "f <= 0", "f > 1.5", "f >= inf", "f = nan", "f < nan", "f IN (0, 1.5)", "f IS NULL", "f > -1 AND f < 2"];
        conditions = Array.ConvertAll(conditions, c => c.Replace("nan", "CAST('nan' AS FLOAT64)", StringComparison.Ordinal).Replace("inf", "CAST('inf' AS FLOAT64)", StringComparison.Ordinal));
        var expected = Array.ConvertAll(conditions, c => _engine.Rows($"SELECT ts FROM n WHERE {c}"));
        foreach (var attribute in new[] { "SORTED", "PARTED", "GROUPED" })
        {
            _engine.Rows($"ALTER TABLE n SET ATTRIBUTE f {attribute}");
            for (var i = 0; i < conditions.Length; i++)
                Assert.Equal(expected[i], _engine.Rows($"SELECT ts FROM n WHERE {conditions[i]}"));
            _engine.Rows("OPTIMIZE TABLE n FINAL");
        }
    }

    [Fact]
    public async Task Queries_WhileRowsChangeAndSegmentsAreReplaced_FindEveryRow()
    {
        const int seed = 11;
        SetAttributes();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            var random = new Random(seed + reader);
            var answers = 0;
            for (; !done.IsCancellationRequested; answers++)
            {
                // Of each value there are as many rows at any time, wherever they lie.
                var group = random.Next(1000);
                Assert.Equal([$"{Rows / 1000}"], _engine.Rows($"SELECT count(*) FROM t WHERE grp = {group}"));
                var part = random.Next(Rows / 500);
                Assert.Equal(["500"], _engine.Rows($"SELECT count(*) FROM t WHERE part = 'p{part}' AND seq >= 0"));
            }

            return answers;
        })).ToArray();

        var changes = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            _engine.Rows($"UPDATE t SET ts = ts + {changes.Next(-300, 300)} WHERE grp = {changes.Next(1000)}");
            _engine.Rows($"UPDATE t SET seq = seq + 1 WHERE seq BETWEEN {changes.Next(Rows)} AND {changes.Next(Rows)}");
            if (round % 5 == 0)
                _engine.Rows("OPTIMIZE TABLE t FINAL");
            if (round % 7 == 0)
            {
                _engine.Rows("ALTER TABLE t SET ATTRIBUTE grp NONE");
                _engine.Rows("ALTER TABLE t SET ATTRIBUTE grp GROUPED");
            }
        }

        done.Cancel();
        Assert.All(await Task.WhenAll(readers), answers => Assert.True(answers > 0));
    }

    [Fact]
    public void Indexes_ChangeOfAttribute_GiveTheirMemoryBack()
    {
        SetAttributes();
        _engine.Rows("OPTIMIZE TABLE t FINAL");
        _engine.Rows("SELECT seq FROM t WHERE grp = 77");
        Assert.True(_engine.Database.IndexMemory.HeldBytes > 0);
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE grp NONE");
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE part NONE");
        Assert.Equal(0, _engine.Database.IndexMemory.HeldBytes);
        _engine.Rows("SELECT seq FROM t WHERE f = 2.5");
        Assert.True(_engine.Database.IndexMemory.HeldBytes > 0);
        _engine.Rows("ALTER TABLE t DROP COLUMN f");
        Assert.Equal(0, _engine.Database.IndexMemory.HeldBytes);
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE grp GROUPED");
        _engine.Rows("SELECT seq FROM t WHERE grp = 77");
        Assert.True(_engine.Database.IndexMemory.HeldBytes > 0);
        _engine.Rows("TRUNCATE TABLE t");
        Assert.Equal(0, _engine.Database.IndexMemory.HeldBytes);
    }

    public void Dispose() => _engine.Dispose();

    private void Insert(int first, int count)
    {
        for (var done = 0; done < count; done += 1000)
        {
            _engine.Rows("INSERT INTO t VALUES " + string.Join(", ", Enumerable.Range(first + done, 1000).Select(
                i => $"('A', {i}, {i % 1000}, 'p{i / 500}', {(i * 7 % 1000) / 2}.{(i * 7 % 1000 % 2) * 5}, {i})")));
        }
    }

    private void SetAttributes()
    {
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE seq SORTED");
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE grp GROUPED");
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE part PARTED");
        _engine.Rows("ALTER TABLE t SET ATTRIBUTE f GROUPED");
    }

    private string Explain(string condition) => string.Join('\n', _engine.Rows($"EXPLAIN SELECT seq FROM t WHERE {condition}"));
}
