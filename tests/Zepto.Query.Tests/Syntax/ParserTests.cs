using System.Text;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Syntax;

public class ParserTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "1 + 2 * 3")]
    [InlineData("(1 + 2) * 3", "(1 + 2) * 3")]
    [InlineData("((a))", "a")]
    [InlineData("a - (b - c)", "a - (b - c)")]
    [InlineData("(a - b) - c", "a - b - c")]
    [InlineData("a//b%c/d", "a // b % c / d")]
    [InlineData("a || b + c = d || e", "a || b + c = d || e")]
    [InlineData("(a || b) + c", "(a || b) + c")]
    [InlineData("NOT a = b AND c OR d", "NOT a = b AND c OR d")]
    [InlineData("NOT (a AND b)", "NOT (a AND b)")]
    [InlineData("(NOT a) = b", "(NOT a) = b")]
    [InlineData("a AND (b OR c)", "a AND (b OR c)")]
    [InlineData("a == b", "a = b")]
    [InlineData("a <> b", "a != b")]
    [InlineData("- -x", "-(-x)")]
    [InlineData("-(a + b)", "-(a + b)")]
    [InlineData("-x::int", "-CAST(x AS int)")]
    [InlineData("a + b::INT64 * c", "a + CAST(b AS INT64) * c")]
    [InlineData("x BETWEEN 1 AND 2 AND y", "x BETWEEN 1 AND 2 AND y")]
    [InlineData("x NOT IN (1, 2)", "x NOT IN (1, 2)")]
    [InlineData("x in {p:Array(String)}", "x IN ({p:Array(String)})")]
    [InlineData("x IS NOT NULL = true", "x IS NOT NULL = true")]
    [InlineData("count(*)", "count(*)")]
    [InlineData("count()", "count()")]
    [InlineData("Vwap(price,volume)", "Vwap(price, volume)")]
    [InlineData("xbar(timestamp,300000000000)", "xbar(timestamp, 300000000000)")]
    [InlineData("cast(x as INT64)", "CAST(x AS INT64)")]
    [InlineData("price*2", "price * 2")]
    [InlineData("1.5e3", "1500.0")]
    [InlineData(".5", "0.5")]
    [InlineData("'it''s' || 'b\\'s'", "'it\\'s' || 'b\\'s'")]
    [InlineData("quantile(0.5)(x)", "quantile(0.5)(x)")]
    [InlineData("sum(x) over (order by t rows 20 preceding)", "sum(x) OVER (ORDER BY t ROWS BETWEEN 20 PRECEDING AND CURRENT ROW)")]
    [InlineData("left + first - timestamp * date", "left + first - timestamp * date")]
    [InlineData("interval - 1 + format(values)", "interval - 1 + format(values)")]
    [InlineData("interval '5' minute", "interval '5' minute")]
    [InlineData("((SELECT 1) UNION (SELECT 2))", "((SELECT 1) UNION (SELECT 2))")]
    [InlineData("((SELECT 1) + 2)", "(SELECT 1) + 2")]
    [InlineData("t.\"odd name\" + 1", "t.\"odd name\" + 1")]
    public void Expression_PrintedBack_KeepsItsMeaning(string written, string printed)
    {
        Assert.Equal(printed, ExpressionText.Of(Sql.Value(written)));
        Assert.Equal(printed, ExpressionText.Of(Sql.Value(printed)));
    }

    [Fact]
    public void ColumnName_OfQualifiedColumn_IsBare() => Assert.Equal("odd name", ExpressionText.Of(Sql.Value("t.`odd name`")));

    [Fact]
    public void Name_WithNumberedLiteral_IsReported()
    {
        ExpressionText.Of(Sql.Value("price * 2"), out var numbered);
        Assert.True(numbered);
        ExpressionText.Of(Sql.Value("price * volume"), out numbered);
        Assert.False(numbered);
    }

    [Fact]
    public void ValidQueries_PrintedAndParsedAgain_PrintTheSame()
    {
        foreach (var sql in Sql.Valid)
        {
            if (Sql.Parse(sql) is not SelectStatement select)
                continue;
            var printed = ExpressionText.Of(select.Query);
            Assert.Equal(printed, ExpressionText.Of(Sql.Parse<SelectStatement>(printed).Query));
        }
    }

    [Fact]
    public void ValidStatements_CutAnywhere_ParseOrThrowSqlException()
    {
        foreach (var sql in Sql.Valid)
        {
            Sql.Parse(sql);
            var bytes = Encoding.UTF8.GetBytes(sql);
            var refused = 0;
            for (var length = 0; length < bytes.Length; length++)
            {
                try
                {
                    SqlParser.Parse(bytes.AsSpan(0, length));
                }
                catch (SqlException e)
                {
                    Assert.StartsWith("Parse error: ", e.Message);
                    Assert.DoesNotContain('\n', e.Message);
                    refused++;
                }
            }

            Assert.True(refused >= sql.Split(' ').Length / 2, sql);
        }
    }

    [Theory]
    [InlineData("SELECT * FORM tr", "Parse error: unexpected token 'FORM' at position 10")]
    [InlineData("SELECT 'é€😀', * FORM tr", "Parse error: unexpected token 'FORM' at position 17")]
    [InlineData("", "Parse error: empty statement")]
    [InlineData(" -- nothing\n /* at all */ ; ", "Parse error: empty statement")]
    [InlineData("SELECT", "Parse error: unexpected end of statement at position 7, expected an expression")]
    [InlineData("SELECT a FROM", "Parse error: unexpected end of statement at position 14, expected a table name")]
    [InlineData("SELECT 1 +", "Parse error: unexpected end of statement at position 11, expected an expression")]
    [InlineData("SELECT 1; SELECT 2", "Parse error: one statement per request is allowed, but another one begins at position 11")]
    [InlineData("SELECT (1", "Parse error: unexpected end of statement at position 10, expected ')'")]
    [InlineData("SELECT 1)", "Parse error: unexpected token ')' at position 9")]
    [InlineData("SELEC 1", "Parse error: unexpected token 'SELEC' at position 1")]
    [InlineData("SELECT 'abc", "Parse error: unterminated string at position 8")]
    [InlineData("SELECT \"abc", "Parse error: unterminated quoted identifier at position 8")]
    [InlineData("SELECT 1 /* x", "Parse error: unterminated comment at position 10")]
    [InlineData("SELECT 12ab", "Parse error: malformed number '12ab' at position 8")]
    [InlineData("SELECT 9223372036854775808", "Parse error: integer 9223372036854775808 is out of the INT64 range at position 8")]
    [InlineData("SELECT -9223372036854775808", "Parse error: integer 9223372036854775808 is out of the INT64 range at position 9")]
    [InlineData("SELECT 1e999", "Parse error: number 1e999 is out of the FLOAT64 range at position 8")]
    [InlineData("SELECT a @ b", "Parse error: unexpected character '@' at position 10")]
    [InlineData("SELECT a FROM t JOIN u", "Parse error: unexpected end of statement at position 23, expected ON or USING")]
    [InlineData("SELECT a FROM t SAMPLE 2", "Parse error: SAMPLE takes a fraction from 0 to 1 at position 24")]
    [InlineData("SELECT INTERVAL '5 parsecs'", "Parse error: malformed interval '5 parsecs' at position 17, expected a form such as '5 minutes'")]
    [InlineData("INSERT INTO t (a)", "Parse error: unexpected end of statement at position 18, expected VALUES, FORMAT or SELECT")]
    public void Error_NamesTokenAndPosition(string sql, string message) => Assert.Equal(message, Sql.Error(sql));

    [Fact]
    public void Nesting_WithinLimit_ParsesAndBeyond_IsRefused()
    {
        Sql.Parse("SELECT " + new string('(', 190) + "1" + new string(')', 190));
        string[] deep =
        [
            "SELECT " + new string('(', 100_000),
            "SELECT " + new string('[', 100_000),
            "SELECT " + string.Concat(Enumerable.Repeat("- ", 100_000)) + "1",
            "SELECT " + string.Concat(Enumerable.Repeat("NOT ", 100_000)) + "1",
            "SELECT " + string.Concat(Enumerable.Repeat("f(", 100_000)),
            "SELECT " + string.Concat(Enumerable.Repeat("CASE ", 100_000)),
            "SELECT " + string.Concat(Enumerable.Repeat("(SELECT ", 100_000)),
            string.Concat(Enumerable.Repeat("WITH a AS (", 100_000)),
            new string('(', 100_000),
            "SELECT 1 FROM " + new string('(', 100_000),
            "SELECT 1 FROM " + string.Concat(Enumerable.Repeat("(SELECT 1 FROM ", 100_000)),
        ];
        foreach (var sql in deep)
            Assert.Contains("nested deeper than 200 levels", Sql.Error(sql));
    }

    [Fact]
    public void Chains_WithinLimit_ParseAndBeyond_AreRefused()
    {
        ExpressionText.Of(Sql.Value("1" + string.Concat(Enumerable.Repeat(" + 1", 900))));
        string[] deep =
        [
            "SELECT 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)),
            "SELECT 1" + string.Concat(Enumerable.Repeat("::INT64", 100_000)),
            "SELECT 1" + string.Concat(Enumerable.Repeat(" IS NULL", 100_000)),
            "SELECT 1" + string.Concat(Enumerable.Repeat(" UNION SELECT 1", 100_000)),
            "SELECT 1 FROM t" + string.Concat(Enumerable.Repeat(" CROSS JOIN t", 100_000)),
            "SELECT " + new string('(', 20) + "1" + string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat(" + 1", 100)) + ")", 20)),
        ];
        foreach (var sql in deep)
            Assert.Contains("more than 1000 levels", Sql.Error(sql));
        Assert.Equal(100_000, Sql.Value<FunctionCall>("f(" + string.Join(", ", Enumerable.Repeat("1 + 1", 100_000)) + ")").Arguments.Count);
    }

    [Fact]
    public void Literals_AreNumberedInTextOrder()
    {
        var block = Sql.Block("SELECT 7, NULL, 'x', true, 2.5 FROM t WHERE a = 8 AND ts > now() - INTERVAL 5 MINUTE AND b = 9");
        Assert.Equal([0, -1, 1, -1, 2], block.Items.Select(i => ((Literal)i.Expression).Ordinal));
        var last = Assert.IsType<Literal>(Assert.IsType<Binary>(Assert.IsType<Binary>(block.Where).Right).Right);
        Assert.Equal((9, 4), (last.Integer, last.Ordinal));
    }

    [Theory]
    [InlineData("INTERVAL '5 minutes'", 300_000_000_000, 0)]
    [InlineData("INTERVAL 5 MINUTE", 300_000_000_000, 0)]
    [InlineData("INTERVAL '5' min", 300_000_000_000, 0)]
    [InlineData("INTERVAL -1 second", -1_000_000_000, 0)]
    [InlineData("INTERVAL '1h 30m'", 5_400_000_000_000, 0)]
    [InlineData("INTERVAL '1.5 us'", 1_500, 0)]
    [InlineData("INTERVAL 2 week", 1_209_600_000_000_000, 0)]
    [InlineData("INTERVAL 1 quarter", 0, 3)]
    [InlineData("INTERVAL '2 years'", 0, 24)]
    [InlineData("INTERVAL 9223372036854775807 ns", long.MaxValue, 0)]
    public void Interval_IsReadInAllForms(string sql, long nanoseconds, int months)
    {
        var interval = Sql.Value<Interval>(sql);
        Assert.Equal((nanoseconds, months, sql), (interval.Nanoseconds, interval.Months, interval.Text));
    }

    [Theory]
    [InlineData("INTERVAL 9223372036854775807 week")]
    [InlineData("INTERVAL 300000 day")]
    [InlineData("INTERVAL '1 month 1 day'")]
    [InlineData("INTERVAL 5 parsec")]
    [InlineData("INTERVAL ''")]
    [InlineData("INTERVAL '5 minutes 4'")]
    public void Interval_OutOfRangeOrMalformed_IsRefused(string sql) => Assert.StartsWith("Parse error: ", Sql.Error("SELECT " + sql));

    [Theory]
    [InlineData("a JOIN b ON x", JoinKind.Inner)]
    [InlineData("a INNER JOIN b ON x", JoinKind.Inner)]
    [InlineData("a LEFT OUTER JOIN b ON x", JoinKind.Left)]
    [InlineData("a RIGHT JOIN b ON x", JoinKind.Right)]
    [InlineData("a FULL JOIN b USING (k)", JoinKind.Full)]
    [InlineData("a CROSS JOIN b", JoinKind.Cross)]
    [InlineData("a, b", JoinKind.Cross)]
    [InlineData("a ASOF JOIN b ON x", JoinKind.Asof)]
    [InlineData("a ASOF LEFT JOIN b ON x", JoinKind.AsofLeft)]
    [InlineData("a AJ JOIN b ON x", JoinKind.Aj)]
    [InlineData("a aj0 join b ON x", JoinKind.Aj0)]
    [InlineData("a WINDOW JOIN b ON x", JoinKind.Window)]
    [InlineData("a UNION JOIN b", JoinKind.Union)]
    [InlineData("a PLUS JOIN b ON x", JoinKind.Plus)]
    public void Join_HasItsKind(string from, JoinKind kind)
    {
        var join = Assert.IsType<Join>(Sql.Block("SELECT 1 FROM " + from).From);
        Assert.Equal(kind, join.Kind);
        Assert.Equal("a", Assert.IsType<NamedTable>(join.Left).Name);
        Assert.Equal("b", Assert.IsType<NamedTable>(join.Right).Name);
        Assert.Null(Assert.IsType<NamedTable>(join.Left).Alias);
    }

    [Fact]
    public void SetOperations_IntersectBindsTighter_RestLeftToRight()
    {
        var top = Assert.IsType<SetOperation>(Sql.Parse<SelectStatement>("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4").Query.Body);
        Assert.Equal(SetOperator.Except, top.Operator);
        var union = Assert.IsType<SetOperation>(top.Left);
        Assert.Equal(SetOperator.Union, union.Operator);
        Assert.Equal(SetOperator.Intersect, Assert.IsType<SetOperation>(union.Right).Operator);
    }

    [Theory]
    [InlineData("LIMIT 3", 3L, null)]
    [InlineData("LIMIT 3 OFFSET 5", 3L, 5L)]
    [InlineData("LIMIT 5, 3", 3L, 5L)]
    [InlineData("OFFSET 5", null, 5L)]
    public void Limit_AllForms(string tail, long? limit, long? offset)
    {
        var query = Sql.Parse<SelectStatement>("SELECT a FROM t " + tail).Query;
        Assert.Equal(limit, (query.Limit as Literal)?.Integer);
        Assert.Equal(offset, (query.Offset as Literal)?.Integer);
    }

    [Fact]
    public void SelectTail_FormatAndSettings_AreKept()
    {
        var select = Sql.Parse<SelectStatement>("SELECT 1 FORMAT JSON SETTINGS a=1, b='it''s', c={'db.t' : ' x = \\'v\\' '};");
        Assert.Equal("JSON", select.Format);
        Assert.Equal([new("a", "1"), new("b", "it's"), new("c", "{'db.t' : ' x = \\'v\\' '}")], select.Settings);
        Assert.Equal("JSON", Sql.Parse<FormattedStatement>("SHOW TABLES FORMAT JSON").Format);
    }
}
