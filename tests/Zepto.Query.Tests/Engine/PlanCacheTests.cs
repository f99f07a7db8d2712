using Zepto.Query.Engine;
using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>Statements that differ in literals share plans, unless the plan depends on them.</summary>
public sealed class PlanCacheTests : IDisposable
{
    private readonly TestEngine _engine = new(new EngineOptions { PlanCacheEntries = 8 });

    public PlanCacheTests() => _engine.Rows("INSERT INTO trades VALUES ('A', 1, 10, 100), ('A', 2, 20, 200), ('B', 3, 30, 300)");

    [Fact]
    public void Select_OtherLiterals_UseTheirOwnValues()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(["30"], _engine.Rows("SELECT sum(volume) AS s FROM trades WHERE symbol = 'A'"));
            Assert.Equal(["30"], _engine.Rows("SELECT  sum(volume) AS s FROM trades WHERE symbol = 'B' -- other"));
            Assert.Equal(["null"], _engine.Rows("SELECT sum(volume) AS s FROM trades WHERE symbol = 'it''s'"));
            Assert.Equal(["30"], _engine.Rows("SELECT sum(volume) AS s FROM trades WHERE symbol = 1"));
        }
    }

    [Fact]
    public void Select_LiteralsInNames_NamesAreThisStatements()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(["price + 1"], _engine.ColumnNames("SELECT price + 1 FROM trades"));
            Assert.Equal(["price + 2"], _engine.ColumnNames("SELECT price + 2 FROM trades"));
        }
    }

    [Fact]
    public void Select_GroupKeyRepeatedWithOtherLiteral_IsRefusedAlsoWhenThePlanIsCached()
    {
        const string sql = "SELECT xbar(timestamp, 100) AS b, count(*) AS n FROM trades GROUP BY xbar(timestamp, {0}) ORDER BY b";
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(["100|1", "200|1", "300|1"], _engine.Rows(string.Format(null, sql, 100)));
            _engine.Error(string.Format(null, sql, 200), StatementErrorKind.TypeMismatch);
        }
    }

    [Fact]
    public void Select_OtherPrecision_IsReadByEachStatement()
    {
        _engine.Rows("INSERT INTO trades VALUES ('C', 4, 40, 1234567890)");
        const string sql = "SELECT toDateTime64(timestamp, {0}) AS d FROM trades WHERE symbol = 'C'";
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(["1234000000"], _engine.Rows(string.Format(null, sql, 3)));
            Assert.Equal(["1234567890"], _engine.Rows(string.Format(null, sql, 9)));
            Assert.Equal(["1000000000"], _engine.Rows(string.Format(null, sql, 0)));
            Assert.Equal("toDateTime64 needs a precision of 0 to 9, not 10", _engine.Error(string.Format(null, sql, 10), StatementErrorKind.BadValue));
            _engine.Error(string.Format(null, sql, "volume"), StatementErrorKind.TypeMismatch);
            _engine.Error(string.Format(null, sql, "NULL"), StatementErrorKind.TypeMismatch);
        }

        Assert.Equal(["5000000000"], _engine.Rows("SELECT toDateTime64(5, 3) AS d"));
        Assert.Equal(["0|1", "1000|1"], _engine.Rows("SELECT toDateTime64(timestamp + 850, 6) AS d, count(*) FROM trades WHERE timestamp < 300 GROUP BY d ORDER BY d"));
    }

    [Fact]
    public void Select_AfterTheTableChanged_IsPlannedAnew()
    {
        Assert.Equal(["A|1|10|100"], _engine.Rows("SELECT * FROM trades LIMIT 1"));
        _engine.Rows("ALTER TABLE trades ADD COLUMN note STRING");
        Assert.Equal(["A|1|10|100|null"], _engine.Rows("SELECT * FROM trades LIMIT 1"));
        _engine.Rows("DROP TABLE trades");
        Assert.Equal("Unknown table: trades", _engine.Error("SELECT * FROM trades LIMIT 1", StatementErrorKind.UnknownTable));
    }

    [Fact]
    public void Select_MoreStatementsThanEntries_AllAreAnswered()
    {
        for (var i = 0; i < 40; i++)
            Assert.Equal(["3"], _engine.Rows($"SELECT count(*) AS c{i} FROM trades"));
    }

    [Fact]
    public void Select_ManyLiterals_IsPlannedWithoutTheCache()
    {
        var list = string.Join(", ", Enumerable.Range(2, 3000));
        Assert.Equal(["2"], _engine.Rows($"SELECT count(*) FROM trades WHERE price IN ({list}) ORDER BY 1"));
    }

    public void Dispose() => _engine.Dispose();
}
