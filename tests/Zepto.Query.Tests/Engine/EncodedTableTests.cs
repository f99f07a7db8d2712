using System.Globalization;
using System.Text;
using Zepto.Query.Results;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Tests.Engine;

/// <summary>Every answer is the same before and after the tables' segments are encoded.</summary>
public sealed class EncodedTableTests : IDisposable
{
    private const long StartNs = 1_721_347_100_000_000_000;
    private const int Rows = 60_000;
    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT", "BTCUSDT_PERP", "ETHUSDT_PERP", "ETHUSD_PERP"];
    private readonly TestEngine _engine = new(compacts: false);

    [Fact]
    public async Task Corpus_EncodedTables_AnswerAsBefore()
    {
        await FillMarket();
        var statements = Corpus();
        Assert.True(statements.Count > 40);
        var before = statements.ConvertAll(s => _engine.Run(s));
        Assert.True(before.Count(r => r.Kind == StatementErrorKind.None && r.Rows.Length > 0) > 40);
        Encode("ticks", "book");
        for (var i = 0; i < statements.Count; i++)
            AssertSame(before[i], _engine.Run(statements[i]), statements[i]);
    }

    [Fact]
    public async Task Statements_AllTypesWithNulls_AnswerAsBefore()
    {
        var table = await FillAllTypes();
        string[] statements =
        [
            "SELECT * FROM all_types ORDER BY t, i LIMIT 500",
            "SELECT count(*) AS n, count(i) AS a, count(n) AS b, count(f) AS c, count(g) AS d, count(b) AS e, count(s) AS h, count(k) AS l FROM all_types",
            "SELECT sum(i) AS a, min(n) AS b, max(n) AS c, sum(n) AS d, min(f) AS e, max(f) AS h, min(g) AS j, max(g) AS k FROM all_types",
            "SELECT s, b, k, count(*) AS n, sum(i) AS a FROM all_types GROUP BY s, b, k ORDER BY s, b, k",
            "SELECT count(*) AS n FROM all_types WHERE n > 40000 AND f < 50.5 AND s = 'text 3'",
            "SELECT t, i, f FROM all_types ORDER BY f DESC, i LIMIT 20",
            "SELECT t, n, g FROM all_types ORDER BY n, t LIMIT 20",
            "SELECT i, t, f, n FROM all_types ORDER BY i DESC, t, f, n LIMIT 15",
            "SELECT i, t, f, n FROM all_types ORDER BY i, t, f, n LIMIT 15",
            "SELECT i, t, f, n FROM all_types ORDER BY f, i, t, n LIMIT 15",
            "SELECT i, f FROM all_types WHERE i > 4000000 ORDER BY t DESC, i, f LIMIT 7",
            $"SELECT count(*) AS n, sum(i) AS a FROM all_types WHERE t >= {StartNs + 5_000_000} AND t < {StartNs + 900_000_000}",
            "SELECT symbol, first(i) AS a, last(f) AS b, last(s) AS c FROM all_types GROUP BY symbol ORDER BY symbol",
            "SELECT symbol, last(t) AS a FROM all_types GROUP BY symbol ORDER BY symbol",
            "SELECT symbol, t, sum(i) OVER (PARTITION BY symbol ORDER BY t ROWS 3 PRECEDING) AS w FROM all_types ORDER BY symbol, t, i LIMIT 300",
        ];
        var before = Array.ConvertAll(statements, s => _engine.Run(s));
        Assert.All(before, r => Assert.True(r.Kind == StatementErrorKind.None && r.Rows.Length > 0, r.Error));
        Encode("all_types");
        for (var i = 0; i < statements.Length; i++)
            AssertSame(before[i], _engine.Run(statements[i]), statements[i]);
        // Late rows are merged with encoded ones into raw segments among the encoded.
        await Append(table, 500, new Random(8));
        var mixed = Array.ConvertAll(statements, s => _engine.Run(s));
        Encode("all_types");
        for (var i = 0; i < statements.Length; i++)
            AssertSame(mixed[i], _engine.Run(statements[i]), statements[i]);
    }

    [Theory]
    [InlineData(20261124)]
    [InlineData(20261125)]
    public async Task RandomFilters_AllTypesWithNulls_AnswerAsBefore(int seed)
    {
        await FillAllTypes();
        var random = new Random(seed);
        var statements = Enumerable.Range(0, 250).Select(_ => FilterStatement(random)).ToArray();
        var before = Array.ConvertAll(statements, s => _engine.Run(s));
        Assert.All(before, r => Assert.True(r.Kind == StatementErrorKind.None, r.Error));
        Assert.True(before.Count(r => r.Rows.Length > 1) > 50);
        Encode("all_types");
        for (var i = 0; i < statements.Length; i++)
            AssertSame(before[i], _engine.Run(statements[i]), $"seed {seed}: {statements[i]}");
    }

    [Theory]
    [InlineData("=", 0)]
    [InlineData(">=", 0)]
    [InlineData(">", 0)]
    [InlineData("<", Rows / 10)]
    [InlineData("<=", Rows / 10)]
    public async Task Filter_NaNOverEncodedDecimals_IsAboveAllNumbers(string comparison, int count)
    {
        var table = _engine.Database.CreateTable(new TableDefinition("decimals", [new("t", ColumnType.Timestamp), new("f", ColumnType.Float64)]));
        var batch = Rent(table, Rows / 10);
        for (var row = 0; row < Rows / 10; row++)
        {
            batch.Column<long>(0)[row] = StartNs + row;
            batch.Column<double>(1)[row] = row * 7919 % 10_007 / 100.0;
        }

        await _engine.Database.AppendAsync(batch);
        Encode("decimals");
        Assert.Equal([$"{count}"], _engine.Rows($"SELECT count(*) FROM decimals WHERE f {comparison} CAST('nan' AS FLOAT64)"));
    }

    public void Dispose() => _engine.Dispose();

    private static string FilterStatement(Random random)
    {
        var where = string.Join(" AND ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Condition(random)));
        return random.Next(9) switch
        {
            0 => $"SELECT count(*) AS c FROM all_types WHERE {where}",
            1 => $"SELECT count(*) AS c, sum(i) AS a, min(f) AS b, max(g) AS d, count(s) AS e FROM all_types WHERE {where}",
            2 => $"SELECT s, count(*) AS c, sum(n) AS a FROM all_types WHERE {where} GROUP BY s ORDER BY s",
            3 => $"SELECT * FROM all_types WHERE {where} ORDER BY t, i, f, n, g, b, s, k LIMIT 30",
            4 => $"SELECT t, i, f, n FROM all_types WHERE {where} ORDER BY f DESC, t, i, n LIMIT 10",
            5 => $"SELECT t, i, f, n, s FROM all_types WHERE {where} ORDER BY i, t, f, n LIMIT 10",
            // A condition that is an output or a key too.
            6 => $"SELECT i > 2500000 AS big, count(*) AS c FROM all_types WHERE i > 2500000 AND {where} GROUP BY i > 2500000 ORDER BY big",
            7 => $"SELECT symbol, f < 50.5 AS low, i FROM all_types WHERE f < 50.5 AND {where} ORDER BY t, i, f, symbol LIMIT 12",
            _ => $"SELECT symbol, first(i) AS a, last(f) AS b FROM all_types WHERE {where} GROUP BY symbol ORDER BY symbol",
        };
    }

    private static string Condition(Random random)
    {
        var comparison = new[] { "=", "<", "<=", ">", ">=", "<>" }[random.Next(6)];
        return random.Next(8) switch
        {
            0 => $"i {comparison} {random.Next(1_000_000) * 5L + random.Next(2)}",
            1 => string.Create(CultureInfo.InvariantCulture, $"f {comparison} {random.Next(10_000) / 100.0}"),
            2 => $"f {comparison} {random.Next(-1, 102)}",
            3 => string.Create(CultureInfo.InvariantCulture, $"f BETWEEN {random.Next(10_000) / 100.0} AND {random.Next(10_000) / 100.0}"),
            4 => string.Create(CultureInfo.InvariantCulture, $"i {comparison} {random.Next(5_000_000)}.5"),
            5 => $"n {comparison} {random.Next(100_000)}",
            6 => $"{random.Next(5_000_000)} {comparison} i",
            _ => $"i BETWEEN {random.Next(5_000_000)} AND {random.Next(5_000_000)}",
        };
    }

    private void Encode(params string[] tables)
    {
        Assert.True(_engine.Database.Compact() > 0);
        foreach (var name in tables)
        {
            Assert.True(_engine.Database.Catalog.TryGet(name, out var table));
            var size = table.Measure();
            Assert.Equal(size.Rows, size.EncodedRows);
        }
    }

    // Sums of floats may differ in the last bits: longer slices add up in another order.
    private static void AssertSame((string[] Rows, StatementErrorKind Kind, string Error) expected, (string[] Rows, StatementErrorKind Kind, string Error) actual, string sql)
    {
        Assert.True((expected.Kind, expected.Error) == (actual.Kind, actual.Error), $"{sql}: {actual.Error}");
        Assert.True(expected.Rows.Length == actual.Rows.Length, sql);
        for (var i = 0; i < expected.Rows.Length; i++)
        {
            if (expected.Rows[i] == actual.Rows[i])
                continue;
            var (a, b) = (expected.Rows[i].Split('|'), actual.Rows[i].Split('|'));
            for (var c = 0; c < a.Length; c++)
                Assert.True(a[c] == b[c] || IsNear(a[c], b[c]), $"{sql}, row {i}: expected {expected.Rows[i]}, found {actual.Rows[i]}");
        }
    }

    private static bool IsNear(string a, string b) =>
        double.TryParse(a, CultureInfo.InvariantCulture, out var x) && double.TryParse(b, CultureInfo.InvariantCulture, out var y)
        && a.Contains('.', StringComparison.Ordinal) && Math.Abs(x - y) <= 1e-9 * Math.Abs(x);

    private static List<string> Corpus()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "zepto.sln")))
            root = root.Parent!;
        var statements = new List<string>();
        var text = new StringBuilder();
        var isReference = false;
        foreach (var line in File.ReadLines(Path.Combine(root.FullName, "tests", "corpus", "sql", "marketdata.sql")).Append("# end"))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                if (text.ToString().Trim() is { Length: > 0 } statement)
                    statements.Add(statement);
                text.Clear();
                isReference = false;
                continue;
            }

            isReference |= line.StartsWith("----", StringComparison.Ordinal);
            if (!isReference && !line.StartsWith("##", StringComparison.Ordinal))
                text.AppendLine(line);
        }

        return statements;
    }

    private async Task FillMarket()
    {
        var random = new Random(12);
        var ticks = _engine.Database.CreateTable(new TableDefinition("ticks",
            [new("symbol", ColumnType.Symbol), new("timestamp_ns", ColumnType.Timestamp), new("price", ColumnType.Float64), new("volume", ColumnType.Float64)]));
        var book = _engine.Database.CreateTable(new TableDefinition("book",
            [new("symbol", ColumnType.Symbol), new("timestamp_ns", ColumnType.Timestamp), new("bid", ColumnType.Float64), new("ask", ColumnType.Float64),
                new("bid_size", ColumnType.Float64), new("ask_size", ColumnType.Float64)]));
        foreach (var table in new[] { ticks, book })
        {
            var time = StartNs;
            for (var part = 0; part < Rows / 5000; part++)
            {
                var batch = Rent(table, 5000);
                for (var row = 0; row < 5000; row++)
                {
                    var symbol = random.Next(Symbols.Length);
                    batch.Column<int>(0)[row] = _engine.Database.Symbols.Intern(Encoding.UTF8.GetBytes(Symbols[symbol]));
                    batch.Column<long>(1)[row] = time += random.Next(10_000_000);
                    var price = (symbol % 2 == 0 ? 2_814_000 : 301_000) + random.Next(2000);
                    batch.Column<double>(2)[row] = price / 100.0;
                    batch.Column<double>(3)[row] = table == ticks ? random.Next(1, 200_000) / 100_000.0 : (price + 10) / 100.0;
                    for (var c = 4; c < batch.Schema.Columns.Length; c++)
                        batch.Column<double>(c)[row] = random.Next(1, 100_000) / 1000.0;
                }

                await _engine.Database.AppendAsync(batch);
            }
        }
    }

    private async Task<Table> FillAllTypes()
    {
        var table = _engine.Database.CreateTable(new TableDefinition("all_types",
            [new("symbol", ColumnType.Symbol), new("t", ColumnType.Timestamp), new("i", ColumnType.Int64), new("n", ColumnType.Int32), new("f", ColumnType.Float64),
                new("g", ColumnType.Float32), new("b", ColumnType.Bool), new("s", ColumnType.String), new("k", ColumnType.Symbol)], "t"));
        var random = new Random(3);
        for (var part = 0; part < 30; part++)
            await Append(table, 1000, random);
        return table;
    }

    private async Task Append(Table table, int rows, Random random)
    {
        var batch = Rent(table, rows);
        for (var row = 0; row < rows; row++)
        {
            batch.Column<int>(0)[row] = _engine.Database.Symbols.Intern(Encoding.UTF8.GetBytes(Symbols[random.Next(3)]));
            batch.Column<long>(1)[row] = StartNs + (1000L * random.Next(1_000_000));
            batch.Column<long>(2)[row] = random.Next(9) == 0 ? Nulls.Int64 : random.Next(1_000_000) * 5L;
            batch.Column<int>(3)[row] = random.Next(9) == 0 ? Nulls.Int32 : random.Next(100_000);
            batch.Column<double>(4)[row] = random.Next(9) == 0 ? Nulls.Float64 : random.Next(100) == 0 ? double.NaN : random.Next(10_000) / 100.0;
            batch.Column<float>(5)[row] = random.Next(9) == 0 ? Nulls.Float32 : random.Next(50) / 4f;
            batch.Column<byte>(6)[row] = (byte)random.Next(3);
            batch.Column<int>(7)[row] = random.Next(9) == 0 ? Nulls.Code : table.Strings(7)!.Intern(Encoding.UTF8.GetBytes($"text {random.Next(7)}"));
            batch.Column<int>(8)[row] = random.Next(9) == 0 ? Nulls.Code : _engine.Database.Symbols.Intern(Encoding.UTF8.GetBytes(Symbols[random.Next(4)]));
        }

        await _engine.Database.AppendAsync(batch);
    }

    private RowBatch Rent(Table table, int rows)
    {
        var batch = _engine.Database.RentBatch(table);
        batch.EnsureCapacity(rows);
        batch.SetRowCount(rows);
        return batch;
    }
}
