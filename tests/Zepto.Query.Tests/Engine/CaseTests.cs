using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>CASE with an operand, and what is made of it: the operand is computed once, arms only where they are reached.</summary>
public sealed class CaseTests : IDisposable
{
    private const int Depth = 60;

    private readonly TestEngine _engine = new();

    public CaseTests() =>
        _engine.Rows("INSERT INTO trades VALUES ('A', 1, 10, 100), ('B', 2, 20, 200), ('A', 3, 0, 300), ('C', 4, NULL, 400)");

    [Theory]
    [InlineData("SELECT CASE symbol WHEN 'A' THEN 1 WHEN 'B' THEN 2 ELSE 3 END AS x FROM trades ORDER BY timestamp", "1 2 1 3")]
    [InlineData("SELECT CASE volume WHEN 10 THEN 'ten' WHEN NULL THEN 'none' END AS x FROM trades ORDER BY timestamp", "ten null null null")]
    [InlineData("SELECT CASE volume WHEN '10' THEN 1 WHEN 20.0 THEN 2 ELSE price END AS x FROM trades ORDER BY timestamp", "1 2 3 4")]
    [InlineData("SELECT CASE NULL WHEN 1 THEN 1 WHEN 'x' THEN 2 ELSE 3 END AS x", "3")]
    [InlineData("SELECT CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END AS x", "b")]
    // The second condition fails for volume 0, which the first has taken, and its operand is compared for the rows left.
    [InlineData("SELECT CASE volume WHEN 0 THEN -1 WHEN 200 // volume + volume - 10 THEN 7 ELSE 8 END AS x FROM trades ORDER BY timestamp", "8 7 -1 8")]
    [InlineData("SELECT CASE volume WHEN 0 THEN -1 WHEN (400 // volume)::STRING THEN 7 ELSE 8 END AS x FROM trades ORDER BY timestamp", "8 7 -1 8")]
    [InlineData("SELECT CASE symbol WHEN 'A' THEN 0 ELSE 100 // volume END AS x FROM trades ORDER BY timestamp", "0 5 0 null")]
    [InlineData("SELECT nullIf(volume, 10) AS x FROM trades ORDER BY timestamp", "null 20 0 null")]
    [InlineData("SELECT nullIf(symbol, 'A') AS x FROM trades ORDER BY timestamp", "null B null C")]
    [InlineData("SELECT nullIf(NULL, 1) AS x", "null")]
    public void Case_WithOperand(string sql, string expected) => Assert.Equal(expected.Split(' '), _engine.Rows(sql));

    [Fact]
    public void Case_FailingArm_FailsWhereReached()
    {
        Assert.Equal("Integer division by zero", _engine.Error("SELECT CASE volume WHEN 1 THEN 1 WHEN 100 // volume THEN 2 END FROM trades", StatementErrorKind.BadValue));
        Assert.Equal("Integer division by zero", _engine.Error("SELECT CASE volume WHEN 0 THEN 1 // volume END FROM trades", StatementErrorKind.BadValue));
    }

    [Theory]
    [InlineData("CASE {0} WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END", "volume // 10", "1 2 0 0")]
    [InlineData("CASE {0} WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END", "1", "1")]
    [InlineData("nullIf({0}, 10)", "volume", "null 20 0 null")]
    [InlineData("({0} BETWEEN 0 AND 1)", "volume", "true true true null")]
    [InlineData("({0} BETWEEN 0 AND 1)", "1", "true")]
    public void NestedOperands_WorkGrowsWithTheLevels(string level, string innermost, string expected)
    {
        var expression = innermost;
        for (var i = 0; i < Depth; i++)
            expression = level.Replace("{0}", expression, StringComparison.Ordinal);
        var from = innermost == "1" ? "" : " FROM trades ORDER BY timestamp";
        Assert.Equal(expected.Split(' '), _engine.Rows($"SELECT {expression} AS x{from}"));
    }

    public void Dispose() => _engine.Dispose();
}
