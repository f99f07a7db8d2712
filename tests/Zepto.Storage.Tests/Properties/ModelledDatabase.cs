using System.Globalization;
using System.Text;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Mutations;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Properties;

/// <summary>A database in a data directory with two tables, and what they must hold. Each operation is done to both sides.</summary>
internal sealed class ModelledDatabase : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Durability _durability;
    private readonly TableModel[] _models = [new("ticks"), new("quotes")];
    private Database _database;
    private string _name = "data";
    private int _crashes;

    public ModelledDatabase(Durability durability)
    {
        _durability = durability;
        _database = Open();
        foreach (var model in _models)
            _database.CreateTable(TableReading.Ticks with { Name = model.Name });
    }

    public async Task Run(StorageOperation operation)
    {
        var model = _models[operation.Table];
        var random = new Random(operation.Seed);
        switch (operation.Kind)
        {
            case OperationKind.Insert:
                await Append(model, model.NewRows(random, operation.Size, reachNs: 0));
                break;
            case OperationKind.InsertLate:
                await Append(model, model.NewRows(random, operation.Size, TableModel.FarNs));
                break;
            case OperationKind.InsertSlightlyLate:
                await Append(model, model.NewRows(random, operation.Size, TableModel.NearNs));
                break;
            case OperationKind.Delete:
                await Mutate(model, model.Chosen(random, operation.Size), []);
                break;
            case OperationKind.Update:
                var removed = model.Chosen(random, operation.Size);
                var moves = random.Next(2) == 0;
                await Mutate(model, removed, [.. removed.Select(row => model.Changed(row, random, moves))]);
                break;
            case OperationKind.Truncate:
                await _database.TruncateAsync(model.Name);
                model.Replace([.. model.Rows], []);
                break;
            case OperationKind.DropDays:
                await DropDays(model, 1 + operation.Size % 3);
                break;
            case OperationKind.AddColumn:
                var added = model.NextColumn();
                await _database.AddColumnAsync(model.Name, new ColumnDefinition(added.Name, added.Type));
                model.Columns.Add(added);
                break;
            case OperationKind.RenameColumn when model.Columns.Count > 0:
                var index = operation.Size % model.Columns.Count;
                var renamed = model.Columns[index] with { Name = model.NextName() };
                await _database.RenameColumnAsync(model.Name, model.Columns[index].Name, renamed.Name);
                model.Columns[index] = renamed;
                break;
            case OperationKind.DropColumn when model.Columns.Count > 0:
                var dropped = model.Columns[operation.Size % model.Columns.Count];
                await _database.DropColumnAsync(model.Name, dropped.Name);
                model.Columns.Remove(dropped);
                break;
            case OperationKind.Checkpoint:
                await _database.CheckpointAsync();
                break;
            case OperationKind.Compact:
                _database.Compact();
                break;
            case OperationKind.Crash or OperationKind.CrashTwice:
                Crash(twice: operation.Kind == OperationKind.CrashTwice);
                Check();
                break;
            case OperationKind.Restart:
                _database.Dispose();
                _database = Open();
                Check();
                break;
            default:
                // A table without a column to rename or drop.
                break;
        }
    }

    /// <summary>Fails unless both tables hold exactly the rows of their models, in order, with counts and statistics that fit.</summary>
    public void Check()
    {
        foreach (var model in _models)
        {
            var table = Table(model);
            Assert.Equal(model.Sequence, table.CommittedSequence);
            Assert.Equal(model.Rows.Count, table.RowCount);
            Assert.Equal(model.Rows.Count, table.Measure().Rows);
            Assert.Equal(["symbol", "price", "timestamp", .. model.Columns.Select(c => c.Name)], table.Schema.Columns.Select(c => c.Name));
            using var lease = _database.Epochs.Enter();
            var rows = StoredRows.Read(table, table.Snapshot());
            var values = StoredValues.Read(table, model.Columns.Count);
            Assert.Equal(model.Lines(), rows.Select((row, i) => TableModel.Line(row, values[i])));
        }
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    private async Task Append(TableModel model, List<ModelRow> rows)
    {
        var batch = _database.RentBatch(Table(model));
        Fill(batch, model, rows);
        await _database.AppendAsync(batch);
        model.Rows.AddRange(rows);
        model.Sequence += rows.Count;
    }

    private async Task Mutate(TableModel model, List<ModelRow> removed, List<ModelRow> replacements)
    {
        using var mutation = _database.RentMutation(Table(model));
        foreach (var (row, _) in removed)
            mutation.Remove(row.Symbol, row.Time, row.Sequence);
        mutation.EnsureReplacementCapacity(replacements.Count);
        Fill(mutation.Replacements, model, replacements);
        for (var i = 0; i < replacements.Count; i++)
            mutation.ReplacementSequences[i] = replacements[i].Row.Sequence;
        Assert.Equal(removed.Count, await _database.MutateAsync(mutation));
        model.Replace(removed, replacements);
    }

    private async Task DropDays(TableModel model, int days)
    {
        var table = Table(model);
        var before = model.Now - days * TableModel.Day;
        var old = model.Rows.Where(r => r.Row.Time != Nulls.Int64 && r.Row.Time < before - before % TableModel.Day).ToList();
        table.SetRetention(days * TableModel.Day);
        Assert.Equal(old.Count, await _database.ExpireAsync(model.Now));
        table.SetRetention(null);
        model.Replace(old, []);
    }

    /// <summary>Goes on with what the directory holds at this moment; twice: the first start ends in a crash too, before it has put anything into a checkpoint.</summary>
    private void Crash(bool twice)
    {
        var before = _name;
        var after = $"crash-{_crashes++}";
        _directory.CopyData(after, before);
        _database.Abandon();
        Directory.Delete(_directory.At(before), recursive: true);
        _name = after;
        _database = Open();
        if (twice)
            Crash(twice: false);
    }

    private Database Open() => Database.Open(_directory.Options(name: _name, writers: 2) with { Durability = _durability });

    private Table Table(TableModel model)
    {
        Assert.True(_database.Catalog.TryGet(model.Name, out var table));
        return table;
    }

    private static void Fill(RowBatch batch, TableModel model, List<ModelRow> rows)
    {
        batch.EnsureCapacity(rows.Count);
        batch.SetRowCount(rows.Count);
        for (var c = 3; c < batch.Schema.Columns.Length; c++)
            batch.FillNull(c);
        for (var i = 0; i < rows.Count; i++)
        {
            batch.Column<int>(0)[i] = rows[i].Row.Symbol;
            batch.Column<long>(1)[i] = rows[i].Row.Price;
            batch.Column<long>(2)[i] = rows[i].Row.Time;
            for (var c = 0; c < model.Columns.Count; c++)
            {
                if (rows[i].Values.TryGetValue(model.Columns[c].Key, out var text))
                    Fill(batch, 3 + c, i, text);
            }
        }
    }

    private static void Fill(RowBatch batch, int column, int row, string text)
    {
        switch (batch.Schema.Columns[column].Type)
        {
            case ColumnType.String: batch.Column<int>(column)[row] = batch.Table.Strings(column)!.Intern(Encoding.UTF8.GetBytes(text)); break;
            case ColumnType.Int64: batch.Column<long>(column)[row] = long.Parse(text, CultureInfo.InvariantCulture); break;
            case ColumnType.Int32: batch.Column<int>(column)[row] = int.Parse(text, CultureInfo.InvariantCulture); break;
            case ColumnType.Float64: batch.Column<double>(column)[row] = double.Parse(text, CultureInfo.InvariantCulture); break;
            case ColumnType.Bool: batch.Column<byte>(column)[row] = byte.Parse(text, CultureInfo.InvariantCulture); break;
            default: throw new ArgumentOutOfRangeException(nameof(column));
        }
    }
}
