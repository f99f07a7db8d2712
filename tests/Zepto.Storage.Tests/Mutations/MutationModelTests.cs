using Zepto.Storage.Epochs;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Mutations;

/// <summary>Random statements against a plain list of rows, with snapshots kept open across them, checkpoints and restarts.</summary>
public sealed class MutationModelTests : IDisposable
{
    private const long Day = 86_400_000_000_000;
    private readonly TemporaryDirectory _directory = new();
    private readonly List<(EpochLease Lease, TableSnapshot Snapshot, List<Row> Rows)> _open = [];
    private Random _random = null!;
    private Database _database = null!;
    private Table _table = null!;
    private List<Row> _model = [];
    private long _sequence;
    private long _now = 5 * Day;

    [Theory]
    [InlineData(1, "symbol timestamp", 60, 150)]
    [InlineData(2, "symbol timestamp", 3000, 60)]
    [InlineData(3, "timestamp", 3000, 60)]
    [InlineData(4, "symbol", 3000, 60)]
    [InlineData(5, "", 60, 150)]
    [InlineData(6, "timestamp", 40_000, 25)]
    public async Task Statements_Random_LeaveTheRowsOfTheModel(int seed, string columns, int mostRows, int steps)
    {
        _random = new Random(seed);
        Open();
        _table = _database.CreateTable(Definition(columns));
        for (var step = 0; step < steps; step++)
        {
            try
            {
                await Step(mostRows);
                Check();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}, step {step}: {error.Message}", error);
            }
        }

        CloseSnapshots();
    }

    public void Dispose()
    {
        CloseSnapshots();
        _database?.Dispose();
        _directory.Dispose();
    }

    private async Task Step(int mostRows)
    {
        switch (_random.Next(20))
        {
            case 0:
                CloseSnapshots();
                _database.Dispose();
                Open();
                Assert.True(_database.Catalog.TryGet("ticks", out _table));
                break;
            case 1:
                await _database.CheckpointAsync();
                break;
            case 2 when _random.Next(3) == 0:
                await _database.TruncateAsync("ticks");
                Changed(_model.Count);
                _model.Clear();
                break;
            case 3 when _table.Schema.TimestampIndex >= 0:
                await Expire();
                break;
            case 4 or 5:
                var lease = _database.Epochs.Enter();
                _open.Add((lease, _table.Snapshot(), [.. _model]));
                break;
            case 6 or 7 or 8 or 9 or 10:
                await Mutate(keepsNone: true);
                break;
            case 11 or 12 or 13 or 14:
                await Mutate(keepsNone: false);
                break;
            default:
                await Append(_random.Next(1, mostRows));
                break;
        }
    }

    private async Task Append(int count)
    {
        var late = _random.Next(3) == 0 ? 0.1 : 0.0;
        var rows = new List<Row>();
        for (var i = 0; i < count; i++)
            rows.Add(RandomRow(++_sequence, _random.NextDouble() < late));
        await StoredRows.Append(_database, _table, rows);
        _model.AddRange(rows);
    }

    private async Task Mutate(bool keepsNone)
    {
        var removed = Chosen();
        var replacements = keepsNone ? [] : removed.Where(_ => _random.Next(10) > 0).Select(Changed).ToList();
        var named = new List<Row>(removed);
        if (_random.Next(3) == 0)
            Shuffle(named);
        // Rows that do not exist, and one that is named twice, with replacements that must not be stored.
        if (_random.Next(3) == 0)
        {
            named.Add(RandomRow(_sequence + 1000, isLate: true));
            named.Add(RandomRow(long.MaxValue, isLate: false) with { Symbol = 77 });
            if (!keepsNone)
                replacements.Add(RandomRow(_sequence + 1000, isLate: false));
            if (removed.Count > 0)
                named.Add(removed[_random.Next(removed.Count)]);
        }

        Assert.Equal(removed.Count, await StoredRows.Mutate(_database, _table, named, replacements));
        Changed(removed.Count);
        var gone = removed.Select(r => r.Sequence).ToHashSet();
        _model.RemoveAll(r => gone.Contains(r.Sequence));
        _model.AddRange(replacements.Where(r => gone.Contains(r.Sequence)));
    }

    private async Task Expire()
    {
        var now = _now + Day;
        var before = now - 2 * Day;
        _table.SetRetention(2 * Day);
        var old = _model.Where(r => r.Time < before - before % Day).Select(r => r.Sequence).ToHashSet();
        Assert.Equal(old.Count, await _database.ExpireAsync(now));
        Changed(old.Count);
        _table.SetRetention(null);
        _model.RemoveAll(r => old.Contains(r.Sequence));
    }

    /// <summary>Rows by one of the ways in which conditions choose rows.</summary>
    private List<Row> Chosen()
    {
        var share = _random.NextDouble();
        var from = _now - _random.NextInt64(2 * Day);
        var symbol = _random.Next(1, 4);
        return _random.Next(8) switch
        {
            0 => [.. _model],
            1 => [.. _model.Where(_ => _random.NextDouble() < share)],
            2 => [.. _model.Where(r => r.Time >= from)],
            3 => [.. _model.Where(r => r.Time < from)],
            4 => [.. _model.Where(r => r.Symbol == symbol)],
            5 => [.. _model.Where(r => r.Sequence % 1000 == 0)],
            _ => [.. _model.Where(_ => _random.Next(_model.Count) < 3)],
        };
    }

    /// <summary>The row with another price, and in some statements' rows another time or symbol.</summary>
    private Row Changed(Row row)
    {
        row = row with { Price = RandomPrice() };
        if (_table.Schema.TimestampIndex >= 0 && _random.Next(3) == 0)
            row = row with { Time = _now - _random.NextInt64(3 * Day) };
        if (_table.Schema.SymbolIndex >= 0 && _random.Next(3) == 0)
            row = row with { Symbol = _random.Next(1, 6) };
        return row;
    }

    private Row RandomRow(long sequence, bool isLate)
    {
        _now += _random.Next(3) * 10_000_000_000L;
        var time = isLate ? _now - _random.NextInt64(2 * Day) : _now;
        return new Row(_table.Schema.SymbolIndex < 0 ? 0 : _random.Next(1, 4), RandomPrice(), _table.Schema.TimestampIndex < 0 ? 0 : time, sequence);
    }

    private long RandomPrice() => _random.Next(20) == 0 ? Nulls.Int64 : _random.Next();

    /// <summary>A statement that changes rows takes one number.</summary>
    private void Changed(int rows) => _sequence += rows > 0 ? 1 : 0;

    private void Check()
    {
        Assert.Equal(_sequence, _table.CommittedSequence);
        Equal(_model, StoredRows.Read(_database, _table));
        if (_open.Count > 0 && _random.Next(4) == 0)
            CloseSnapshot(_random.Next(_open.Count));
    }

    private void CloseSnapshots()
    {
        while (_open.Count > 0)
            CloseSnapshot(_open.Count - 1);
    }

    private void CloseSnapshot(int index)
    {
        var (lease, snapshot, rows) = _open[index];
        _open.RemoveAt(index);
        using (lease)
            Equal(rows, StoredRows.Read(_table, snapshot));
    }

    private static void Equal(List<Row> model, List<Row> stored) =>
        Assert.Equal(model.OrderBy(r => r.Symbol).ThenBy(r => r.Time).ThenBy(r => r.Sequence), stored);

    private void Open() => _database = Database.Open(_directory.Options());

    private void Shuffle(List<Row> rows)
    {
        var shuffled = rows.ToArray();
        _random.Shuffle(shuffled);
        rows.Clear();
        rows.AddRange(shuffled);
    }

    private static TableDefinition Definition(string columns)
    {
        ColumnDefinition[] all = [new("symbol", ColumnType.Symbol), new("price", ColumnType.Int64), new("timestamp", ColumnType.Timestamp)];
        return new TableDefinition("ticks", [.. all.Where(c => c.Name == "price" || columns.Contains(c.Name, StringComparison.Ordinal))]);
    }
}
