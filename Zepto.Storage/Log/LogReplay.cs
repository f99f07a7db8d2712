using Zepto.Storage.Dictionaries;
using Zepto.Storage.Epochs;
using Zepto.Storage.Ingest;
using Zepto.Storage.Mutations;
using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Log;

/// <summary>
/// Does again what records say, through the code that did it first, to the state of a checkpoint. What the checkpoint has already is left
/// out: each table says up to which record it has everything. No reader and no writer may be running.
/// </summary>
internal sealed unsafe class LogReplay : IDisposable
{
    private const string NothingChanged = "a statement changed something that is not there";
    private readonly StoredState _state;
    private readonly PartitionAppender _appender;
    private readonly TableWriter _writer;
    private readonly RowBatch _batch = new();
    private readonly Dictionary<int, Table> _tables;
    private readonly int _firstNewTableId;

    public LogReplay(StoredState state, EpochRegistry epochs, StorageStatistics statistics)
    {
        _state = state;
        _appender = new PartitionAppender(state.Allocator, epochs);
        _writer = new TableWriter(_appender, statistics, log: null);
        _tables = state.Tables.ToDictionary(t => t.Id);
        _firstNewTableId = state.NextTableId;
    }

    /// <summary>Records that were not in the checkpoint.</summary>
    public long Records { get; private set; }

    /// <summary>Rows stored.</summary>
    public long Rows { get; private set; }

    /// <summary>Applies a record. Throws Damaged where it contradicts what came before, and Unwritable when there is no room.</summary>
    public void Apply(string path, long offset, in LogRecord record, ReadOnlySpan<byte> payload)
    {
        var bytes = new ByteReader(path, payload, offset + LogRecord.HeaderBytes);
        if (record.Kind == LogRecordKind.SymbolsAdded)
            AddSymbols(ref bytes);
        else if (record.Kind == LogRecordKind.TableCreated)
            Create(record, ref bytes);
        else if (!TryFind(record, ref bytes, out var table))
            return;
        else
            Apply(table, record, ref bytes);
        Records++;
    }

    public void Dispose()
    {
        _appender.Reclaim();
        _appender.Dispose();
        _batch.Dispose();
    }

    private void Apply(Table table, in LogRecord record, ref ByteReader bytes)
    {
        switch (record.Kind)
        {
            case LogRecordKind.StringsAdded:
                AddStrings(table, ref bytes);
                break;
            case LogRecordKind.RowsAppended:
                AppendRows(table, ref bytes);
                break;
            case LogRecordKind.RowsChanged:
                ChangeRows(table, ref bytes);
                break;
            case LogRecordKind.TableTruncated:
                bytes.Check(Commit(table, bytes.Int64(), sequence => _writer.Truncate(table, sequence)), NothingChanged);
                break;
            case LogRecordKind.DaysDropped:
                var (number, time) = (bytes.Int64(), bytes.Int64());
                bytes.Check(Commit(table, number, sequence => _writer.DropPartitionsBefore(table, time, sequence)), NothingChanged);
                break;
            case LogRecordKind.RetentionChanged:
                SetRetention(table, bytes.Int64(), ref bytes);
                break;
            case LogRecordKind.ColumnsChanged:
                table.Replace(SchemaCodec.Read(ref bytes));
                break;
            case LogRecordKind.TableDropped:
                Drop(table);
                break;
            default:
                bytes.Check(false, "a record of a kind that cannot be here");
                break;
        }

        _appender.Reclaim();
    }

    /// <summary>The table of a record that must be applied: false when the checkpoint has it, or the table is gone.</summary>
    private bool TryFind(in LogRecord record, ref ByteReader bytes, out Table table)
    {
        // A drop comes from any thread: the checkpoint may have seen the table just before it and say that it has the record.
        if (_tables.TryGetValue(record.TableId, out table!))
            return record.Lsn > _state.IncludedLsn(table) || record.Kind == LogRecordKind.TableDropped;
        // Rows of statements that were under way follow the drop; of a table that is not in the checkpoint the drop follows.
        bytes.Check(record.TableId > 0 && record.TableId < _state.NextTableId, "a record of a table that was never made");
        return false;
    }

    private void Create(in LogRecord record, ref ByteReader bytes)
    {
        if (record.TableId < _firstNewTableId)
            return;
        var name = bytes.Text();
        bytes.Check(record.TableId == _state.NextTableId && _state.Tables.TrueForAll(t => t.Name != name), "a table comes twice or out of order");
        var retentionNs = bytes.Int64();
        var table = new Table(record.TableId, name, SchemaCodec.Read(ref bytes));
        SetRetention(table, retentionNs, ref bytes);
        _state.NextTableId++;
        _state.Tables.Add(table);
        _tables.Add(table.Id, table);
    }

    private static void SetRetention(Table table, long ns, ref ByteReader bytes)
    {
        bytes.Check(ns is -1 || (ns > 0 && table.Schema.TimestampIndex >= 0), "a table has a wrong retention");
        table.SetRetention(ns < 0 ? null : ns);
    }

    private void Drop(Table table)
    {
        _tables.Remove(table.Id);
        _state.Tables.Remove(table);
        table.IsDropped = true;
        _appender.Retire(table, isForgotten: false);
        table.Dispose();
    }

    private void AddSymbols(ref ByteReader bytes)
    {
        var symbols = _state.Symbols;
        for (var count = bytes.Count(9); count > 0; count--)
        {
            var id = bytes.Int32();
            var lengthBytes = bytes.Int32();
            var isName = bytes.UInt8() == 1;
            var text = bytes.Take(lengthBytes);
            // The checkpoint may have more symbols than the tables it saw needed.
            if (symbols.Name(id) is { IsNull: false } known)
                bytes.Check(symbols.HasName(id) == isName && known.Bytes.SequenceEqual(text), "a symbol has another name than before");
            else
                bytes.Check(symbols.TryRestore(id, text, isName), "a symbol has an id that cannot be");
        }
    }

    private static void AddStrings(Table table, ref ByteReader bytes)
    {
        var strings = table.Strings(new ColumnId(bytes.Int32()));
        bytes.Check(strings is not null, "texts of a column that is none");
        var code = bytes.Int32();
        for (var count = bytes.Count(4); count > 0; count--, code++)
        {
            var text = bytes.Take(bytes.Int32());
            bytes.Check(code > 0 && code <= strings.Count + 1, "a text's code is out of order");
            bytes.Check(code <= strings.Count ? strings.Text(code).Bytes.SequenceEqual(text) : strings.Intern(text) == code, "a text comes twice");
        }
    }

    private void AppendRows(Table table, ref ByteReader bytes)
    {
        bytes.Check(bytes.Int64() == table.Appended.Sequence + 1, "rows are missing before it");
        var rows = bytes.Int32();
        bytes.Check(rows > 0 && bytes.Int32() == table.Schema.Columns.Length, "rows have other columns than their table");
        bytes.Check(rows * RowBytes(table) == bytes.Remaining, "rows have another size than their columns");
        _batch.Begin(table, table.Schema);
        try
        {
            _batch.EnsureCapacity(rows);
            ReadColumns(_batch, rows, ref bytes);
            _writer.Apply(_batch);
            _writer.Commit(_writer.Take());
            Rows += rows;
        }
        finally
        {
            _batch.End();
        }
    }

    private void ChangeRows(Table table, ref ByteReader bytes)
    {
        var number = bytes.Int64();
        var (removed, rows) = (bytes.Int32(), bytes.Int32());
        bytes.Check(removed >= 0 && rows >= 0 && bytes.Int32() == table.Schema.Columns.Length, "rows have other columns than their table");
        bytes.Check((long)removed * sizeof(RemovedRow) + rows * (sizeof(long) + RowBytes(table)) == bytes.Remaining, "rows have another size than their columns");
        using var mutation = new RowMutation(table);
        for (; removed > 0; removed--)
        {
            var (time, sequence, symbolId) = (bytes.Int64(), bytes.Int64(), bytes.Int32());
            _ = bytes.Int32();
            mutation.Remove(symbolId, time, sequence);
        }

        mutation.EnsureReplacementCapacity(rows);
        for (var row = 0; row < rows; row++)
            mutation.ReplacementSequences[row] = bytes.Int64();
        ReadColumns(mutation.Replacements, rows, ref bytes);
        bytes.Check(Commit(table, number, sequence => _writer.Apply(mutation, sequence)), NothingChanged);
    }

    private bool Commit(Table table, long number, Func<long, long> apply)
    {
        if (number != table.Appended.Sequence + 1 || apply(number) == 0)
            return false;
        _writer.Commit(_writer.Take());
        return true;
    }

    private static long RowBytes(Table table)
    {
        long bytes = 0;
        foreach (var column in table.Schema.Columns)
            bytes += TableSchema.WidthBytes(column.Type);
        return bytes;
    }

    private static void ReadColumns(RowBatch batch, int rows, ref ByteReader bytes)
    {
        for (var column = 0; column < batch.Schema.Columns.Length && rows > 0; column++)
        {
            var values = bytes.Take(rows * TableSchema.WidthBytes(batch.Schema.Columns[column].Type));
            values.CopyTo(new Span<byte>(batch.Address(column), values.Length));
        }

        batch.SetRowCount(rows);
    }
}
