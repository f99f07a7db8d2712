using System.Text;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Tests.Persistence;

/// <summary>Random tables, columns and rows, repeatable by seed: all types, NULLs, late rows, added, dropped and renamed columns, dropped tables, ids without names.</summary>
internal sealed class RandomWorkload(int seed)
{
    private const long DayNs = 86_400_000_000_000;
    private static readonly ColumnType[] Types = Enum.GetValues<ColumnType>();
    private readonly Random _random = new(seed);
    private long _now = 5 * DayNs;
    private int _tables;
    private int _columns;

    /// <summary>Does a number of random things to a database.</summary>
    public async Task Run(Database database, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var tables = database.Catalog.Tables.OrderBy(t => t.Id).ToArray();
            var dice = _random.Next(100);
            if (tables.Length == 0 || (dice < 4 && tables.Length < 5))
                await database.CreateTableAsync(Definition());
            else if (dice < 6 && tables.Length > 2)
                await database.DropTableAsync(tables[_random.Next(tables.Length)].Name);
            else if (dice < 9)
                await database.AddColumnAsync(tables[_random.Next(tables.Length)].Name, Column($"c{_columns++}"));
            else if (dice < 12)
                await DropOrRename(database, tables[_random.Next(tables.Length)]);
            else
                await Append(database, tables[_random.Next(tables.Length)]);
        }
    }

    /// <summary>Only appends, which makes no checkpoint.</summary>
    public async Task RunWithoutChanges(Database database, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var tables = database.Catalog.Tables.OrderBy(t => t.Id).ToArray();
            await Append(database, tables[_random.Next(tables.Length)]);
        }
    }

    private async Task DropOrRename(Database database, Table table)
    {
        var schema = table.Schema;
        var column = _random.Next(schema.Columns.Length);
        if (column == schema.TimestampIndex || column == schema.SymbolIndex || schema.Columns.Length < 4)
            await database.RenameColumnAsync(table.Name, schema.Columns[column].Name, $"c{_columns++}");
        else
            await database.DropColumnAsync(table.Name, schema.Columns[column].Name);
    }

    private TableDefinition Definition()
    {
        var columns = new List<ColumnDefinition>();
        if (_random.Next(4) > 0)
            columns.Add(new ColumnDefinition("symbol", ColumnType.Symbol));
        var isOrdered = _random.Next(4) > 0;
        columns.AddRange(Types.Where(type => isOrdered || type != ColumnType.Timestamp).Select(type => Column($"{type}", type)));
        if (isOrdered)
            columns.Insert(_random.Next(columns.Count), new ColumnDefinition("timestamp", ColumnType.Timestamp, NotNull: true));
        return new TableDefinition($"tablé{_tables++}", columns, isOrdered ? "timestamp" : null);
    }

    private ColumnDefinition Column(string name, ColumnType? type = null) =>
        new(name, type ?? Types[_random.Next(Types.Length)], _random.Next(2) == 0, _random.Next(3) switch
        {
            0 => null,
            1 => new ColumnDefault(_random.NextInt64(), double.NaN, null),
            _ => new ColumnDefault(0, _random.NextDouble(), "näme"),
        });

    private async Task Append(Database database, Table table)
    {
        var batch = database.RentBatch(table);
        var rows = _random.Next(1, _random.Next(20) == 0 ? 6000 : 60);
        batch.EnsureCapacity(rows);
        batch.SetRowCount(rows);
        for (var c = 0; c < batch.Schema.Columns.Length; c++)
        {
            batch.FillNull(c);
            for (var row = 0; row < rows; row++)
            {
                if (c == batch.Schema.TimestampIndex || _random.Next(8) > 0)
                    Fill(database, batch, c, row);
            }
        }

        await database.AppendAsync(batch);
    }

    private void Fill(Database database, RowBatch batch, int column, int row)
    {
        switch (batch.Schema.Columns[column].Type)
        {
            case ColumnType.Int64: batch.Column<long>(column)[row] = _random.NextInt64(); break;
            case ColumnType.Int32: batch.Column<int>(column)[row] = _random.Next(); break;
            case ColumnType.Float64: batch.Column<double>(column)[row] = _random.Next(10) == 0 ? double.NaN : _random.NextDouble(); break;
            case ColumnType.Float32: batch.Column<float>(column)[row] = _random.NextSingle(); break;
            case ColumnType.Bool: batch.Column<byte>(column)[row] = (byte)_random.Next(2); break;
            case ColumnType.Timestamp: batch.Column<long>(column)[row] = Time(); break;
            case ColumnType.Symbol: batch.Column<int>(column)[row] = Symbol(database); break;
            default: batch.Column<int>(column)[row] = batch.Table.Strings(column)!.Intern(Encoding.UTF8.GetBytes(_random.Next(20) == 0 ? "" : $"text ü {_random.Next(500)}")); break;
        }
    }

    private long Time()
    {
        _now += _random.Next(3) * 10_000_000_000L;
        return _random.Next(200) == 0 ? _now - _random.NextInt64(2 * DayNs) : _now;
    }

    private int Symbol(Database database)
    {
        if (_random.Next(2) == 0)
            return database.Symbols.Intern(Encoding.UTF8.GetBytes($"SYM{_random.Next(4)}"));
        var id = 3 + 7 * _random.Next(3);
        database.Symbols.EnsureId(id);
        return id;
    }
}
