using Zepto.Storage.Dictionaries;
using Zepto.Storage.Epochs;
using Zepto.Storage.Ingest;
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
            case LogRecordKind.ColumnsChanged:
                table.Replace(LogPayloads.ReadColumns(ref bytes));
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
        if (_tables.TryGetValue(record.TableId, out table!))
            return record.Lsn > _state.IncludedLsn(table);
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
        var table = new Table(record.TableId, name, LogPayloads.ReadColumns(ref bytes));
        _state.NextTableId++;
        _state.Tables.Add(table);
        _tables.Add(table.Id, table);
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
        var column = bytes.Int32();
        bytes.Check((uint)column < (uint)table.Schema.Columns.Length && table.Schema.Columns[column].Type == ColumnType.String, "texts of a column that is none");
        var strings = table.Strings(column)!;
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
        var firstSequence = bytes.Int64();
        var rows = bytes.Int32();
        var columns = table.Schema.Columns;
        bytes.Check(bytes.Int32() == columns.Length && rows > 0, "rows have other columns than their table");
        bytes.Check(firstSequence == table.AppendedSequence + 1, "rows are missing before it");
        long rowBytes = 0;
        foreach (var column in columns)
            rowBytes += TableSchema.WidthBytes(column.Type);
        bytes.Check(rowBytes * rows == bytes.Remaining, "rows have another size than their columns");
        _batch.Begin(table);
        try
        {
            _batch.EnsureCapacity(rows);
            for (var column = 0; column < columns.Length; column++)
            {
                var values = bytes.Take(rows * TableSchema.WidthBytes(columns[column].Type));
                values.CopyTo(new Span<byte>(_batch.Address(column), values.Length));
            }

            _batch.SetRowCount(rows);
            _writer.Write(_batch);
            table.Commit(table.AppendedSequence);
            _appender.Finish();
            Rows += rows;
        }
        finally
        {
            _batch.End();
        }
    }
}
