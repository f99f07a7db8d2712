using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Query.Syntax;
using Zepto.Query.Tests.Syntax;
using Zepto.Storage;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Statements;

public sealed class SchemaStatementsTests : IDisposable
{
    private readonly Database _database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
    private readonly SchemaStatements _statements;

    public SchemaStatementsTests() => _statements = new SchemaStatements(_database);

    public void Dispose() => _database.Dispose();

    [Fact]
    public void BuiltInTables_AreMade()
    {
        BuiltInTables.CreateIn(_database);
        Assert.Equal("quotes;trades", Show("SHOW TABLES"));
        Assert.Equal("symbol|SYMBOL|||||;price|INT64|||||;volume|INT64|||||;timestamp|TIMESTAMP_NS|||||", Show("DESCRIBE trades"));
        Assert.Equal(
            "CREATE TABLE quotes (symbol SYMBOL, bid INT64, ask INT64, bid_size INT64, ask_size INT64, timestamp TIMESTAMP_NS) WITH (timestamp = timestamp)",
            Show("SHOW CREATE TABLE quotes"));
    }

    [Fact]
    public void Show_DatabasesAndExistence_AreAnswered()
    {
        Assert.Equal("default;system", Show("SHOW DATABASES"));
        Assert.Equal("", Show("SHOW TABLES FROM default FORMAT JSON"));
        Assert.Equal("0", Show("EXISTS TABLE t"));
        Run("CREATE TABLE t (a INT)");
        Assert.Equal("1", Show("EXISTS t FORMAT TSV"));
        Run("USE system");
        Run("SET max_threads = 1");
    }

    [Theory]
    [InlineData("CREATE TABLE t (a BIGINT, b INT, c DOUBLE, d REAL, e TEXT, f BOOLEAN, g SYMBOL, h TIMESTAMP)", "a INT64, b INT32, c FLOAT64, d FLOAT32, e STRING, f BOOL, g SYMBOL, h TIMESTAMP_NS) WITH (timestamp = h)")]
    [InlineData("CREATE TABLE t (a Nullable(Int64), b DateTime64(9), c LowCardinality(String)) ENGINE = MergeTree ORDER BY b", "a INT64, b TIMESTAMP_NS, c STRING) WITH (timestamp = b)")]
    [InlineData("CREATE TABLE t (x TIMESTAMP, y TIMESTAMP NOT NULL) WITH (timestamp = y)", "x TIMESTAMP_NS, y TIMESTAMP_NS NOT NULL) WITH (timestamp = y)")]
    [InlineData("CREATE TABLE t (a INT64 NOT NULL DEFAULT 2 * 3, b INT32 DEFAULT -5.0, c INT64 DEFAULT NULL)", "a INT64 NOT NULL DEFAULT 6, b INT32 DEFAULT -5, c INT64)")]
    [InlineData("CREATE TABLE t (a FLOAT64 DEFAULT 1, b FLOAT32 DEFAULT -0.5e-3, c DOUBLE DEFAULT 1e300)", "a FLOAT64 DEFAULT 1.0, b FLOAT32 DEFAULT -0.0005000000237487257, c FLOAT64 DEFAULT 1E+300)")]
    [InlineData("CREATE TABLE t (a STRING DEFAULT 'it''s\\n\\\\', b SYMBOL DEFAULT 'é', c SYMBOL DEFAULT 7, d BOOL DEFAULT 0)", "a STRING DEFAULT 'it\\'s\\n\\\\', b SYMBOL DEFAULT 'é', c SYMBOL DEFAULT 7, d BOOL DEFAULT false)")]
    [InlineData("CREATE TABLE t (a TIMESTAMP DEFAULT now(), b TIMESTAMP DEFAULT '1969-12-31 23:59:59.999999999')", "a TIMESTAMP_NS, b TIMESTAMP_NS DEFAULT '1969-12-31 23:59:59.999999999') WITH (timestamp = a)")]
    [InlineData("CREATE TABLE t (s SYMBOL, a TIMESTAMP) TTL 30 DAYS", "s SYMBOL, a TIMESTAMP_NS) WITH (timestamp = a) TTL 30 DAYS")]
    [InlineData("CREATE TABLE t (a TIMESTAMP) ENGINE = MergeTree ORDER BY a TTL a + INTERVAL 36 HOUR", "a TIMESTAMP_NS) WITH (timestamp = a) TTL 36 HOURS")]
    [InlineData("CREATE TABLE t (a TIMESTAMP) TTL 1 DAY WITH (timestamp = a)", "a TIMESTAMP_NS) WITH (timestamp = a) TTL 1 DAY")]
    [InlineData("CREATE TABLE t (a TIMESTAMP) TTL 1500001 us", "a TIMESTAMP_NS) WITH (timestamp = a) TTL 1500001 MICROSECONDS")]
    [InlineData("CREATE TABLE t (a TIMESTAMP) TTL 7 ns", "a TIMESTAMP_NS) WITH (timestamp = a) TTL 7 NANOSECONDS")]
    [InlineData("CREATE TABLE t (\"order\" INT64, `a b` INT64, \"q\"\"\" INT64, \"1\" INT64, \"é\" INT64, first INT64)", "\"order\" INT64, \"a b\" INT64, \"q\"\"\" INT64, \"1\" INT64, é INT64, first INT64)")]
    public void CreateTable_ShownText_MakesTheSameTable(string sql, string columns)
    {
        Run(sql);
        var shown = Show("SHOW CREATE TABLE t");
        Assert.Equal("CREATE TABLE t (" + columns, shown);
        Assert.True(_database.Catalog.TryGet("t", out var table));
        Run("DROP TABLE t");
        Run(shown);
        Assert.True(_database.Catalog.TryGet("t", out var again));
        Assert.Equal(table.Schema.Columns, again.Schema.Columns);
        Assert.Equal((table.Schema.SymbolIndex, table.Schema.TimestampIndex), (again.Schema.SymbolIndex, again.Schema.TimestampIndex));
        Assert.Equal(table.RetentionNs, again.RetentionNs);
    }

    [Fact]
    public void Describe_Default_IsShown()
    {
        Run("CREATE TABLE t (a INT DEFAULT 5, b TEXT)");
        Assert.Equal("a|INT32|DEFAULT|5|||;b|STRING|||||", Show("DESC TABLE t"));
        Assert.Equal("name,type,default_type,default_expression,comment,codec_expression,ttl_expression",
            string.Join(',', _statements.RunReading(Sql.Parse("DESCRIBE t"), StatementAccess.Unrestricted).Columns.Select(c => Encoding.UTF8.GetString(c.NameUtf8))));
    }

    [Theory]
    [InlineData("CREATE TABLE t (a INT64, b FOO)", StatementErrorKind.TypeMismatch, "Type error: unknown type 'FOO' at position 28")]
    [InlineData("ALTER TABLE old ADD COLUMN z FOO(3)", StatementErrorKind.TypeMismatch, "Type error: unknown type 'FOO(3)' at position 30")]
    [InlineData("CREATE TABLE t (a INT64, a INT32)", StatementErrorKind.BadValue, "Column a is named twice")]
    [InlineData("CREATE TABLE old (a INT64)", StatementErrorKind.AlreadyExists, "Table old exists already")]
    [InlineData("CREATE TABLE t (a INT64, ts TIMESTAMP) WITH (timestamp = a)", StatementErrorKind.BadValue, "timestamp = a names no TIMESTAMP_NS column")]
    [InlineData("CREATE TABLE t (a INT64) WITH (timestamp = b)", StatementErrorKind.BadValue, "timestamp = b names no TIMESTAMP_NS column")]
    [InlineData("CREATE TABLE t (a INT64 DEFAULT 1.5)", StatementErrorKind.BadValue, "DEFAULT of column a: 1.5 does not fit INT64")]
    [InlineData("CREATE TABLE t (a INT64 DEFAULT 'x')", StatementErrorKind.TypeMismatch, "DEFAULT of column a: 'x' does not fit INT64")]
    [InlineData("CREATE TABLE t (a FLOAT64 DEFAULT 1 / 0)", StatementErrorKind.BadValue, "DEFAULT of column a: inf does not fit FLOAT64")]
    [InlineData("CREATE TABLE t (a INT64, b INT64 DEFAULT a)", StatementErrorKind.UnknownColumn, "Unknown column: a at position 42; a constant names no columns, text needs single quotes")]
    [InlineData("CREATE TABLE t (a TIMESTAMP, b TIMESTAMP DEFAULT now())", StatementErrorKind.TypeMismatch, "DEFAULT of column b: Type error: now() changes with time and is no constant at position 50")]
    [InlineData("DROP TABLE t", StatementErrorKind.UnknownTable, "Unknown table: t")]
    [InlineData("ALTER TABLE t ADD COLUMN a INT64", StatementErrorKind.UnknownTable, "Unknown table: t")]
    [InlineData("ALTER TABLE old ADD COLUMN a INT64", StatementErrorKind.AlreadyExists, "Column a exists already in old")]
    [InlineData("ALTER TABLE old ADD COLUMN b INT64 NOT NULL", StatementErrorKind.BadValue, "Column b cannot be NOT NULL: it reads NULL in the rows stored before")]
    [InlineData("ALTER TABLE old ADD COLUMN b SYMBOL", StatementErrorKind.NotSupported, "The first SYMBOL column arranges a table's rows and cannot be added later")]
    [InlineData("CREATE TABLE t (a BOOL SORTED)", StatementErrorKind.BadValue, "Column a is BOOL, which takes no attribute: it has too few values to find rows by")]
    [InlineData("ALTER TABLE old ADD COLUMN b TEXT SORTED", StatementErrorKind.BadValue, "Column b cannot be SORTED: its texts are stored as codes, which are not in the order of the texts; GROUPED and PARTED are possible")]
    [InlineData("ALTER TABLE old SET ATTRIBUTE b GROUPED", StatementErrorKind.UnknownColumn, "Unknown column: b in table old")]
    [InlineData("ALTER TABLE t SET ATTRIBUTE b NONE", StatementErrorKind.UnknownTable, "Unknown table: t")]
    [InlineData("ALTER TABLE old DROP COLUMN b", StatementErrorKind.UnknownColumn, "Unknown column: b in table old")]
    [InlineData("ALTER TABLE old DROP COLUMN a", StatementErrorKind.BadValue, "Column a cannot be dropped: it is the only one of old")]
    [InlineData("ALTER TABLE old RENAME COLUMN b TO c", StatementErrorKind.UnknownColumn, "Unknown column: b in table old")]
    [InlineData("ALTER TABLE old RENAME COLUMN a TO a", StatementErrorKind.AlreadyExists, "Column a exists already in old")]
    [InlineData("ALTER TABLE t DROP COLUMN IF EXISTS a", StatementErrorKind.UnknownTable, "Unknown table: t")]
    [InlineData("ALTER TABLE t RENAME COLUMN a TO b", StatementErrorKind.UnknownTable, "Unknown table: t")]
    [InlineData("ALTER TABLE t SET TTL 1 DAY", StatementErrorKind.UnknownTable, "Unknown table: t")]
    [InlineData("ALTER TABLE t REMOVE TTL", StatementErrorKind.UnknownTable, "Unknown table: t")]
    [InlineData("ALTER TABLE old SET TTL 1 DAY", StatementErrorKind.BadValue, "TTL needs a table with a timestamp")]
    [InlineData("CREATE TABLE t (a INT64) TTL a + INTERVAL 1 DAY", StatementErrorKind.BadValue, "TTL needs a table with a timestamp")]
    [InlineData("CREATE TABLE t (a TIMESTAMP, b TIMESTAMP) TTL b + INTERVAL 1 DAY", StatementErrorKind.BadValue, "TTL counts from the table's timestamp, a, not from b")]
    [InlineData("ALTER TABLE old ADD COLUMN b TIMESTAMP", StatementErrorKind.NotSupported, "The first TIMESTAMP_NS column arranges a table's rows and cannot be added later")]
    public void Change_ThatCannotBeMade_IsRefused(string sql, StatementErrorKind kind, string message)
    {
        Run("CREATE TABLE old (a INT64)");
        var version = _database.Catalog.Version;
        var error = Assert.Throws<SqlException>(() => Run(sql));
        Assert.Equal(message, error.Message);
        Assert.Equal(kind, error.Kind);
        Assert.Equal(version, _database.Catalog.Version);
    }

    [Theory]
    [InlineData("SHOW CREATE TABLE t")]
    [InlineData("DESCRIBE t")]
    public void Show_UnknownTable_IsAnError(string sql)
    {
        var error = Assert.Throws<SqlException>(() => Show(sql));
        Assert.Equal("Unknown table: t", error.Message);
        Assert.Equal(StatementErrorKind.UnknownTable, error.Kind);
    }

    [Fact]
    public void Change_IfExistsAndIfNotExists_AreHarmless()
    {
        Run("DROP TABLE IF EXISTS t");
        Run("CREATE TABLE IF NOT EXISTS t (a INT64)");
        Run("CREATE TABLE IF NOT EXISTS t (b INT64)");
        Run("ALTER TABLE t ADD COLUMN IF NOT EXISTS b TEXT DEFAULT 'x'");
        Run("ALTER TABLE t ADD COLUMN IF NOT EXISTS b INT64");
        Assert.Equal("CREATE TABLE t (a INT64, b STRING DEFAULT 'x')", Show("SHOW CREATE TABLE t"));
        Run("DROP TABLE IF EXISTS t");
        Assert.Equal("", Show("SHOW TABLES"));
    }

    [Fact]
    public void Columns_RenamedAndDropped_AreShown()
    {
        Run("CREATE TABLE t (s SYMBOL, a INT64 DEFAULT 1, b STRING NOT NULL, ts TIMESTAMP)");
        Run("ALTER TABLE t RENAME COLUMN ts TO time");
        Run("ALTER TABLE t RENAME COLUMN a TO \"a b\"");
        Run("ALTER TABLE t RENAME COLUMN IF EXISTS a TO c");
        Run("ALTER TABLE t DROP COLUMN IF EXISTS a");
        Run("ALTER TABLE t DROP COLUMN b");
        Run("ALTER TABLE t ADD COLUMN b INT32");
        Assert.Equal("CREATE TABLE t (s SYMBOL, \"a b\" INT64 DEFAULT 1, time TIMESTAMP_NS, b INT32) WITH (timestamp = time)", Show("SHOW CREATE TABLE t"));
        Assert.StartsWith("Column name is longer than 255 bytes", Assert.Throws<SqlException>(() => Run($"ALTER TABLE t RENAME COLUMN b TO {new string('c', 256)}")).Message);
        Assert.Equal("Column s cannot be dropped: the rows of t are partitioned by it", Assert.Throws<SqlException>(() => Run("ALTER TABLE t DROP COLUMN s")).Message);
        Assert.Equal("Column time cannot be dropped: the rows of t are ordered by it", Assert.Throws<SqlException>(() => Run("ALTER TABLE t DROP COLUMN time")).Message);
    }

    [Fact]
    public void TimeToLive_IsSetAndRemoved()
    {
        Run("CREATE TABLE t (a INT64, ts TIMESTAMP)");
        Run("ALTER TABLE t SET TTL 12 HOURS");
        Assert.EndsWith("WITH (timestamp = ts) TTL 12 HOURS", Show("SHOW CREATE TABLE t"));
        Run("ALTER TABLE t MODIFY TTL toDateTime(ts) + toIntervalDay(2)");
        Assert.EndsWith("WITH (timestamp = ts) TTL 2 DAYS", Show("SHOW CREATE TABLE t"));
        Assert.Equal("TTL counts from the table's timestamp, ts, not from a", Assert.Throws<SqlException>(() => Run("ALTER TABLE t MODIFY TTL a + INTERVAL 1 DAY")).Message);
        Run("ALTER TABLE t REMOVE TTL");
        Run("ALTER TABLE t REMOVE TTL");
        Assert.EndsWith("WITH (timestamp = ts)", Show("SHOW CREATE TABLE t"));
    }

    [Fact]
    public void CreateTable_Limits_AreExact()
    {
        string Columns(int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"c{i} BOOL"));
        Run($"CREATE TABLE wide ({Columns(TableDefinitions.MaxColumns)})");
        Assert.Equal("Too many columns: 1025, a table has at most 1024", Assert.Throws<SqlException>(() => Run($"CREATE TABLE wider ({Columns(1025)})")).Message);
        Assert.Equal("Too many columns: 1025, a table has at most 1024", Assert.Throws<SqlException>(() => Run("ALTER TABLE wide ADD COLUMN x BOOL")).Message);
        Run($"CREATE TABLE {new string('t', 255)} ({new string('c', 255)} INT64)");
        Assert.StartsWith("Table name is longer than 255 bytes: 'tttt", Assert.Throws<SqlException>(() => Run($"CREATE TABLE {new string('t', 256)} (a INT64)")).Message);
        Assert.StartsWith("Column name is longer than 255 bytes: 'éé", Assert.Throws<SqlException>(() => Run($"CREATE TABLE t ({new string('é', 128)} INT64)")).Message);
    }

    // A checkpoint looks at a table between two statements of its writer, which may take a while.
    [Fact]
    public async Task CreateAndDrop_WhileAWriterIsBusy_LeaveTheCallersThread()
    {
        var directory = Directory.CreateTempSubdirectory("zepto");
        try
        {
            using var database = Database.Open(new DatabaseOptions { DataDirectory = Path.Combine(directory.FullName, "data"), ExtentBytes = 1 << 24 });
            var statements = new SchemaStatements(database);
            await statements.RunChangingAsync(Sql.Parse("CREATE TABLE busy (a INT64)"));
            Assert.True(database.Catalog.TryGet("busy", out var table));
            foreach (var sql in new[] { "CREATE TABLE t (a INT64)", "DROP TABLE t" })
            {
                using var until = new ManualResetEventSlim();
                var held = database.HoldWriterAsync(table, until);
                try
                {
                    var caller = Task.Run(() => new[] { statements.RunChangingAsync(Sql.Parse(sql)).AsTask() });
                    var change = (await caller.WaitAsync(TimeSpan.FromSeconds(60)))[0];
                    Assert.False(change.IsCompleted);
                    until.Set();
                    await change;
                }
                finally
                {
                    until.Set();
                    await held;
                }
            }

            Assert.False(database.Catalog.TryGet("t", out _));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task AddColumn_WithDefault_CountsForLaterRowsOnly()
    {
        using var insert = new InsertFixture();
        var statements = new SchemaStatements(insert.Database);
        Assert.Equal("A|1|2|3", insert.Rows("INSERT INTO trades VALUES ('A', 1, 2, 3)"));
        await statements.RunChangingAsync(Sql.Parse("ALTER TABLE trades ADD COLUMN venue STRING DEFAULT 'X'"));
        Assert.Equal("A|1|2|3|X", insert.Rows("INSERT INTO trades (symbol, price, volume, timestamp) VALUES ('A', 1, 2, 3)"));
        Assert.True(insert.Database.Catalog.TryGet("trades", out var table));
        Assert.Equal(new ColumnDefault(0, 0, "X"), table.Schema.Columns[4].Default);
    }

    [Theory]
    [InlineData("SHOW TABLES", true)]
    [InlineData("SHOW DATABASES FORMAT JSON", true)]
    [InlineData("EXISTS t", true)]
    [InlineData("DROP TABLE t", false)]
    [InlineData("SET a = 1", false)]
    [InlineData("SELECT 1", false)]
    [InlineData("KILL QUERY WHERE query_id = 'x'", false)]
    public void IsReading_OfStatement_IsKnown(string sql, bool isReading) => Assert.Equal(isReading, SchemaStatements.IsReading(Sql.Parse(sql)));

    [Theory]
    [InlineData(StorageErrorKind.UnknownTable, StatementErrorKind.UnknownTable)]
    [InlineData(StorageErrorKind.AlreadyExists, StatementErrorKind.AlreadyExists)]
    [InlineData(StorageErrorKind.BadDefinition, StatementErrorKind.BadValue)]
    [InlineData(StorageErrorKind.Overloaded, StatementErrorKind.Overloaded)]
    [InlineData(StorageErrorKind.Unwritable, StatementErrorKind.Storage)]
    public void StorageError_BecomesTheStatements(StorageErrorKind stored, StatementErrorKind expected)
    {
        var error = StorageErrors.ToSql(new StorageException(stored, "why"));
        Assert.Equal((expected, "why"), (error.Kind, error.Message));
    }

    private string Show(string sql) =>
        string.Join(';', _statements.RunReading(Sql.Parse(sql), StatementAccess.Unrestricted).Rows.Select(row => string.Join('|', row)));

    // Nothing waits in these: the writer thread answers changes at once, and a test may block for it.
    private void Run(string sql) => _statements.RunChangingAsync(Sql.Parse(sql)).AsTask().GetAwaiter().GetResult();
}
