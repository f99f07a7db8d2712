using Zepto.Query.Statements;
using Zepto.Storage;

namespace Zepto.Benchmarks.Ingest;

/// <summary>What the readers of INSERT's rows do by themselves: from a statement's bytes to columns, which are then thrown away.</summary>
internal sealed class ReadingAlone : IDisposable
{
    private readonly Database _database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
    private readonly InsertTargets _targets;
    private readonly InsertReader _reader;

    public ReadingAlone()
    {
        BuiltInTables.CreateIn(_database);
        _targets = new InsertTargets(_database);
        _reader = new InsertReader(_database);
    }

    /// <summary>Reads statements one after the other.</summary>
    public void Read(List<byte[]> statements)
    {
        foreach (var sql in statements)
        {
            if (!_targets.TryGet(sql, out var target, out var offset))
                throw new InvalidOperationException("a statement is no INSERT with rows");
            var batch = _database.RentBatch(target.Table);
            _reader.Read(sql, offset, default, target, batch, nowNs: 0);
            _database.ReturnBatch(batch);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _database.Dispose();
    }
}
