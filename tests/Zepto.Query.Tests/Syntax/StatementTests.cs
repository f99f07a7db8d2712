using System.Text;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Syntax;

public class StatementTests
{
    [Theory]
    [InlineData("INSERT INTO t VALUES (1, 'x')", " (1, 'x')", null)]
    [InlineData("INSERT INTO db.t (a, \"b\") VALUES\n(1), @broken", "\n(1), @broken", null)]
    [InlineData("insert into t values", "", null)]
    [InlineData("INSERT INTO t FORMAT JSONEachRow\n{\"a\":1}", "{\"a\":1}", "JSONEachRow")]
    [InlineData("INSERT INTO t (a) FORMAT CSV \t\r\n\n1", "\n1", "CSV")]
    [InlineData("INSERT INTO t SETTINGS async_insert = 1 FORMAT TSV 1", "1", "TSV")]
    [InlineData("INSERT INTO t FORMAT RowBinary\n\u0001\u0002'", "\u0001\u0002'", "RowBinary")]
    public void Insert_StopsWhereDataBegins(string sql, string data, string? format)
    {
        var insert = Sql.Parse<InsertStatement>(sql);
        Assert.Equal("t", insert.Table);
        Assert.Equal(format, insert.Format);
        Assert.Equal(format is null, insert.Values);
        Assert.Null(insert.Query);
        Assert.Equal(data, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(sql).AsSpan(insert.DataOffset)));
    }

    [Fact]
    public void Insert_ColumnsAndQuery_AreRead()
    {
        var insert = Sql.Parse<InsertStatement>("INSERT INTO t (symbol, \"key\") (SELECT 1, 2);");
        Assert.Equal(["symbol", "key"], insert.Columns);
        Assert.NotNull(insert.Query);
        Assert.Null(Sql.Parse<InsertStatement>("INSERT INTO t (SELECT 1)").Columns);
    }

    [Fact]
    public void CreateTable_ClickHouseForm_IsRead()
    {
        var create = Sql.Parse<CreateTableStatement>(Sql.Valid.Single(s => s.StartsWith("CREATE TABLE IF", StringComparison.Ordinal)));
        Assert.True(create.IfNotExists);
        Assert.Equal("ts", create.TimestampColumn);
        Assert.Equal([("a", "SYMBOL", true), ("b", "INT64", false), ("ts", "DateTime64(9)", false)], create.Columns.Select(c => (c.Name, c.TypeName, c.NotNull)));
        Assert.Equal("-1", ExpressionText.Of(create.Columns[1].Default!));
    }

    [Fact]
    public void CreateTable_ColumnsNamedLikeKeywords_AreRead()
    {
        var create = Sql.Parse<CreateTableStatement>("CREATE TABLE values (timestamp TIMESTAMP, first DOUBLE PRECISION, format TEXT, key INT, `order` BOOL)");
        Assert.Equal(["timestamp", "first", "format", "key", "order"], create.Columns.Select(c => c.Name));
        Assert.Equal("DOUBLE PRECISION", create.Columns[1].TypeName);
        Assert.Null(create.TimestampColumn);
    }

    [Fact]
    public void Update_OfBothForms_IsRead()
    {
        foreach (var sql in new[] { "UPDATE db.t SET a = a + 1, \"set\" = 'x' WHERE b > 2", "alter table db.t update a = a + 1, set = 'x' where b > 2 settings x = 1;" })
        {
            var update = Sql.Parse<UpdateStatement>(sql);
            Assert.Equal(("db", "t"), (update.Table.Database, update.Table.Name));
            Assert.Equal(["a = a + 1", "set = 'x'"], update.Assignments.Select(a => $"{a.Column} = {ExpressionText.Of(a.Value)}"));
            Assert.Equal("b > 2", ExpressionText.Of(update.Where!));
        }

        Assert.Null(Sql.Parse<UpdateStatement>("UPDATE t SET a = 1").Where);
    }

    [Fact]
    public void Delete_OfBothForms_IsRead()
    {
        Assert.Equal("a = 1", ExpressionText.Of(Sql.Parse<DeleteStatement>("DELETE FROM t WHERE a = 1").Where!));
        Assert.Equal("a = 1", ExpressionText.Of(Sql.Parse<DeleteStatement>("ALTER TABLE t DELETE WHERE a = 1").Where!));
        Assert.Null(Sql.Parse<DeleteStatement>("DELETE FROM \"t\";").Where);
    }

    [Fact]
    public void Truncate_IsRead()
    {
        Assert.Equal("t", Sql.Parse<TruncateStatement>("TRUNCATE t").Table);
        Assert.Equal(("t", true), Sql.Parse<TruncateStatement>("TRUNCATE TABLE IF EXISTS db.t") is var truncate ? (truncate.Table, truncate.IfExists) : default);
    }

    [Theory]
    [InlineData("SET TTL 30 DAYS", 30 * 86_400L, null)]
    [InlineData("SET TTL 1.5 hours", 5_400L, null)]
    [InlineData("SET TTL '90 minutes'", 5_400L, null)]
    [InlineData("SET TTL INTERVAL 2 WEEK", 14 * 86_400L, null)]
    [InlineData("MODIFY TTL ts + INTERVAL '1' DAY DELETE", 86_400L, "ts")]
    [InlineData("MODIFY TTL toDateTime(ts) + toIntervalDay(3)", 3 * 86_400L, "ts")]
    [InlineData("MODIFY TTL \"t s\" + INTERVAL 10 SECOND", 10L, "t s")]
    public void TimeToLive_OfAllForms_IsRead(string action, long seconds, string? column)
    {
        var retention = Sql.Parse<SetRetentionStatement>("ALTER TABLE t " + action).Retention!;
        Assert.Equal((seconds * 1_000_000_000, column), (retention.Nanoseconds, retention.Column));
        var written = action[(action.IndexOf("TTL", StringComparison.Ordinal) + 3)..];
        var create = Sql.Parse<CreateTableStatement>($"CREATE TABLE t (ts TIMESTAMP) ENGINE = MergeTree ORDER BY ts TTL{written} SETTINGS a = 1");
        Assert.Equal((seconds * 1_000_000_000, column), (create.Retention!.Nanoseconds, create.Retention.Column));
        Assert.Null(Sql.Parse<SetRetentionStatement>("ALTER TABLE t REMOVE TTL").Retention);
    }

    [Theory]
    [InlineData("c SORTED", "c", ColumnAttribute.Sorted)]
    [InlineData("\"order\" grouped", "order", ColumnAttribute.Grouped)]
    [InlineData("none Parted", "none", ColumnAttribute.Parted)]
    [InlineData("sorted NONE;", "sorted", ColumnAttribute.None)]
    public void SetAttribute_IsRead(string action, string column, ColumnAttribute attribute)
    {
        var statement = Sql.Parse<SetAttributeStatement>("ALTER TABLE t SET ATTRIBUTE " + action);
        Assert.Equal(("t", column, attribute), (statement.Table, statement.Column, statement.Attribute));
    }

    [Theory]
    [InlineData("c", "unexpected end of statement at position 30, expected SORTED, GROUPED, PARTED or NONE")]
    [InlineData("c UNIQUE", "unexpected token 'UNIQUE' at position 31, expected SORTED, GROUPED, PARTED or NONE")]
    [InlineData("c SORTED GROUPED", "unexpected token 'GROUPED' at position 38")]
    [InlineData("", "expected a column name")]
    public void SetAttribute_ThatIsNone_IsRefused(string written, string message) => Assert.Contains(message, Sql.Error("ALTER TABLE t SET ATTRIBUTE " + written));

    [Theory]
    [InlineData("0 DAYS", "the TTL must be longer than nothing, at position 23")]
    [InlineData("INTERVAL -1 DAY", "the TTL must be longer than nothing, at position 23")]
    [InlineData("2 MONTHS", "2 MONTHS has no fixed length; give the TTL in days at position 23")]
    [InlineData("ts + toIntervalMonth(1)", "toIntervalMonth(1) has no fixed length; give the TTL in days at position 23")]
    [InlineData("30", "unexpected end of statement at position 25, expected a unit such as SECOND, MINUTE or DAY")]
    [InlineData("ts", "TTL takes a length of time such as 30 DAYS")]
    [InlineData("ts + 30", "TTL takes a length of time such as 30 DAYS")]
    [InlineData("toIntervalDay(99999999999999)", "TTL takes a length of time such as 30 DAYS")]
    [InlineData("10000000 DAYS", "is out of range")]
    public void TimeToLive_ThatIsNone_IsRefused(string written, string message) => Assert.Contains(message, Sql.Error("ALTER TABLE t SET TTL " + written));

    [Theory]
    [InlineData("BACKUP TABLE t TO Disk('backups', '1.zip')", "BACKUP TABLE")]
    [InlineData("RESTORE", "RESTORE")]
    [InlineData("ALTER TABLE t DROP PARTITION 1", "ALTER TABLE DROP")]
    [InlineData("EXPLAIN UPDATE t SET a = 1", "EXPLAIN UPDATE")]
    [InlineData("EXPLAIN DELETE FROM t", "EXPLAIN DELETE")]
    [InlineData("EXPLAIN INSERT INTO t SELECT 1", "EXPLAIN INSERT")]
    [InlineData("CREATE VIEW v AS SELECT 1", "CREATE VIEW")]
    [InlineData("SHOW PROCESSLIST", "SHOW PROCESSLIST")]
    public void StatementNotRun_IsNamed(string sql, string what) => Assert.Equal(what, Sql.Parse<UnsupportedStatement>(sql).What);

    [Fact]
    public void Administration_IsRead()
    {
        Assert.Equal("t", Sql.Parse<DescribeStatement>("DESC \"default\".\"t\"").Table);
        Assert.Equal("table", Sql.Parse<DescribeStatement>("DESCRIBE TABLE table").Table);
        Assert.Equal("t", Sql.Parse<ExistsTableStatement>("EXISTS t").Table);
        Assert.Equal("t", Sql.Parse<ShowCreateTableStatement>("SHOW CREATE TABLE t").Table);
        Assert.Equal("t", Sql.Parse<DropTableStatement>("DROP TABLE t SYNC").Name);
        Assert.Equal("c", Sql.Parse<AddColumnStatement>("ALTER TABLE t ADD COLUMN c INT64").Column.Name);
        Assert.True(Sql.Parse<AddColumnStatement>("ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT64").IfNotExists);
        Assert.Equal("id-1", Sql.Parse<KillQueryStatement>("KILL QUERY WHERE query_id='id-1'").QueryId);
        Assert.Equal("/b/it's", Sql.Parse<BackupStatement>("BACKUP TO '/b/it''s';").Directory);
        Assert.Equal("b", Sql.Parse<BackupStatement>("backup database to 'b'").Directory);
        Assert.Equal(new BackupStatement(1, "b"), Sql.Parse<FormattedStatement>("BACKUP TO 'b' FORMAT JSON").Inner);
        Assert.Contains("expected the directory as a string", Sql.Error("BACKUP TO b"));
        Assert.Contains("expected TO", Sql.Error("BACKUP"));
        Assert.True(Sql.Parse<ExplainStatement>("EXPLAIN ANALYZE SELECT 1").Analyze);
        Sql.Parse<AcceptedStatement>("USE `db`");
        Sql.Parse<AcceptedStatement>("SET a = 'x', b = -1");
    }

    [Fact]
    public void Constant_InsideValues_StopsBeforeCommaOrParenthesis()
    {
        var sql = "é(now() - INTERVAL 1 DAY, (1 + 2) * 3)"u8.ToArray();
        var offset = 3;
        Assert.Equal("now() - INTERVAL 1 DAY", ExpressionText.Of(SqlParser.ParseConstant(sql, ref offset)));
        Assert.Equal((byte)',', sql[offset]);
        offset++;
        Assert.Equal("(1 + 2) * 3", ExpressionText.Of(SqlParser.ParseConstant(sql, ref offset)));
        Assert.Equal(sql.Length - 1, offset);
    }

    [Fact]
    public void Constant_Broken_NamesPositionInTheWholeText()
    {
        var offset = 3;
        var error = Assert.Throws<SqlException>(() => SqlParser.ParseConstant("é(1 + ]"u8, ref offset));
        Assert.Equal("Parse error: unexpected token ']' at position 7", error.Message);
    }

    [Fact]
    public void Node_Position_CountsCharacters()
    {
        var block = Sql.Block("SELECT 'é', price FROM trades");
        Assert.Equal(13, block.Items[1].Expression.Position);
        Assert.Equal(24, block.From!.Position);
    }
}
