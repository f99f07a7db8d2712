using System.Globalization;
using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Expressions;
using Zepto.Query.Statements;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Statements;

/// <summary>A database with tables of every type, and INSERT statements read into batches.</summary>
internal sealed class InsertFixture : IDisposable
{
    /// <summary>Value of now().</summary>
    public const long NowNs = 1_700_000_000_000_000_000;

    private readonly InsertReader _reader;

    public InsertFixture()
    {
        _reader = new InsertReader(Database);
        Targets = new InsertTargets(Database);
        Database.CreateTable(new TableDefinition("trades",
        [
            new("symbol", ColumnType.Symbol), new("price", ColumnType.Int64), new("volume", ColumnType.Int64), new("timestamp", ColumnType.Timestamp),
        ]));
        Database.CreateTable(new TableDefinition("v",
        [
            new("i64", ColumnType.Int64), new("i32", ColumnType.Int32), new("f64", ColumnType.Float64), new("f32", ColumnType.Float32),
            new("s", ColumnType.String), new("b", ColumnType.Bool), new("plain", ColumnType.Symbol), new("ts", ColumnType.Timestamp),
            new("at", ColumnType.Timestamp), new("tag", ColumnType.Symbol),
        ], TimestampColumn: "at"));
        Database.CreateTable(new TableDefinition("d",
        [
            new("n", ColumnType.Int64, NotNull: true), new("i", ColumnType.Int32, Default: new(7, 0, null)),
            new("f", ColumnType.Float32, Default: new(0, 0.5, null)), new("s", ColumnType.String, NotNull: true, Default: new(0, 0, "é'")),
            new("b", ColumnType.Bool, Default: new(1, 0, null)), new("x", ColumnType.Float64), new("y", ColumnType.String),
        ]));
    }

    public Database Database { get; } = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });

    public InsertTargets Targets { get; }

    /// <summary>Reads a statement into a batch, which the caller returns.</summary>
    public RowBatch Read(string sql) => Read(Encoding.UTF8.GetBytes(sql));

    /// <summary>As <see cref="Read(string)"/>, of bytes, with the rows in the statement or outside it.</summary>
    public RowBatch Read(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> outside = default)
    {
        if (!Targets.TryGet(sql, StatementAccess.Unrestricted, out var target, out var offset))
        {
            var insert = Assert.IsType<InsertStatement>(SqlParser.Parse(sql));
            (target, offset) = (InsertTarget.Create(Database.Catalog, insert.Table, insert.Columns, InputFormat.Values), insert.DataOffset);
        }

        var batch = Database.RentBatch(target.Table);
        try
        {
            _reader.Read(sql, offset, outside, target, batch, NowNs);
        }
        catch
        {
            Assert.Equal(0, batch.RowCount);
            Database.ReturnBatch(batch);
            throw;
        }

        return batch;
    }

    /// <summary>Rows of a statement: values of a row with `|` between, rows with `;`.</summary>
    public string Rows(string sql)
    {
        var batch = Read(sql);
        var rows = string.Join(';', Enumerable.Range(0, batch.RowCount).Select(row => Row(batch, row)));
        Database.ReturnBatch(batch);
        return rows;
    }

    public string Row(RowBatch batch, int row) => string.Join('|', Enumerable.Range(0, batch.Schema.Columns.Length).Select(column => Cell(batch, column, row)));

    public SqlException Error(string sql)
    {
        var symbols = Database.Symbols.Count;
        var error = Assert.Throws<SqlException>(() => Read(sql));
        Assert.Equal(symbols, Database.Symbols.Count);
        return error;
    }

    /// <summary>A stored value as text; doubles as the shortest that reads back the same.</summary>
    public string Cell(RowBatch batch, int column, int row)
    {
        switch (batch.Schema.Columns[column].Type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp:
                var wide = batch.Column<long>(column)[row];
                return wide == Nulls.Int64 ? "NULL" : wide.ToString(CultureInfo.InvariantCulture);
            case ColumnType.Int32:
                var narrow = batch.Column<int>(column)[row];
                return narrow == Nulls.Int32 ? "NULL" : narrow.ToString(CultureInfo.InvariantCulture);
            case ColumnType.Float64:
                var number = batch.Column<double>(column)[row];
                return Nulls.IsNull(number) ? "NULL" : number.ToString("R", CultureInfo.InvariantCulture);
            case ColumnType.Float32:
                var single = batch.Column<float>(column)[row];
                return Nulls.IsNull(single) ? "NULL" : single.ToString("R", CultureInfo.InvariantCulture);
            case ColumnType.Bool:
                return batch.Column<byte>(column)[row] switch { 0 => "false", 1 => "true", _ => "NULL" };
            case ColumnType.String:
                return Text(batch.Table.Strings(column)!.Text(batch.Column<int>(column)[row]));
            default:
                return Text(Database.Symbols.Name(batch.Column<int>(column)[row]));
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        Database.Dispose();
    }

    private static string Text(Storage.Dictionaries.TextRef text) => text.IsNull ? "NULL" : Encoding.UTF8.GetString(text.Bytes);
}
