using Zepto.Storage.Ingest;
using Zepto.Storage.Mutations;
using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Log;

/// <summary>What is appended. Each returns the record's LSN, or throws Unwritable, and the log ends where it did.</summary>
internal sealed partial class WriteAheadLog
{
    /// <summary>
    /// Appends a statement's rows, and before them the texts of the dictionaries that no record has yet: the rows' codes were given out before the
    /// batch was queued, so they are among them. Returns the LSN. Throws Unwritable, and the log ends where it did.
    /// </summary>
    public long AppendRows(RowBatch batch, long firstSequence)
    {
        lock (_appending)
        {
            AppendTexts(batch.Table, batch.Schema);
            _writer.SetRows(batch, firstSequence);
            return Append(LogRecordKind.RowsAppended, batch.Table.Id);
        }
    }

    /// <summary>Appends a new table; before anybody can find it.</summary>
    public long AppendTable(Table table)
    {
        lock (_appending)
        {
            var payload = _writer.BeginPayload();
            payload.Text(table.Name);
            payload.Int64(table.RetentionNs ?? -1);
            SchemaCodec.Write(payload, table.Schema);
            return Append(LogRecordKind.TableCreated, table.Id);
        }
    }

    /// <summary>Appends that a table is dropped, with the reserve on a full disk. Rows of statements under way may follow.</summary>
    public long AppendDrop(Table table)
    {
        lock (_appending)
        {
            _writer.BeginPayload();
            return AppendWithReserve(LogRecordKind.TableDropped, table.Id);
        }
    }

    /// <summary>Appends a table's new columns; on its writer thread, before rows come in them.</summary>
    public long AppendColumns(Table table, TableSchema schema)
    {
        lock (_appending)
        {
            SchemaCodec.Write(_writer.BeginPayload(), schema);
            return Append(LogRecordKind.ColumnsChanged, table.Id);
        }
    }

    /// <summary>As <see cref="AppendRows"/>, for rows that are removed and replaced.</summary>
    public long AppendMutation(RowMutation mutation, long commitSequence)
    {
        lock (_appending)
        {
            AppendTexts(mutation.Table, mutation.Replacements.Schema);
            _writer.SetMutation(mutation, commitSequence);
            return Append(LogRecordKind.RowsChanged, mutation.Table.Id);
        }
    }

    /// <summary>Appends that all rows go, or whole days before a time; with the reserve on a full disk.</summary>
    public long AppendClear(Table table, long? before, long commitSequence)
    {
        lock (_appending)
        {
            var payload = _writer.BeginPayload();
            payload.Int64(commitSequence);
            if (before is { } time)
                payload.Int64(time);
            return AppendWithReserve(before is null ? LogRecordKind.TableTruncated : LogRecordKind.DaysDropped, table.Id);
        }
    }

    /// <summary>Appends how long rows of a table are kept.</summary>
    public long AppendRetention(Table table, long? ns)
    {
        lock (_appending)
        {
            _writer.BeginPayload().Int64(ns ?? -1);
            return Append(LogRecordKind.RetentionChanged, table.Id);
        }
    }

    private void AppendTexts(Table table, TableSchema schema)
    {
        while (_symbols.LoggedCount < _symbols.SettledCount())
        {
            var logged = _writer.SetSymbols(_symbols);
            Append(LogRecordKind.SymbolsAdded, 0);
            _symbols.LoggedCount = logged;
        }

        for (var column = 0; column < schema.Columns.Length; column++)
        {
            if (schema.Columns[column].Type != ColumnType.String)
                continue;
            var id = schema.IdOf(column);
            var strings = table.Strings(id)!;
            while (strings.LoggedCount < strings.SettledCount())
            {
                var logged = _writer.SetStrings(id, strings);
                Append(LogRecordKind.StringsAdded, table.Id);
                strings.LoggedCount = logged;
            }
        }
    }

    /// <summary>Appends what the record writer holds.</summary>
    private long Append(LogRecordKind kind, int tableId)
    {
        ThrowIfFailed();
        var lsn = _appendedLsn + 1;
        try
        {
            _statistics.CountLogRecord(_writer.Write(_file, kind, tableId, lsn));
        }
        catch (Exception error) when (FileFormat.IsFileError(error))
        {
            throw new StorageException(StorageErrorKind.Unwritable, $"The log cannot be written: {error.Message}; nothing of the statement was stored", error);
        }

        Volatile.Write(ref _appendedLsn, lsn);
        _flusher.Ask(IsSync);
        return lsn;
    }

    /// <summary>What gives room must not fail for lack of it.</summary>
    private long AppendWithReserve(LogRecordKind kind, int tableId)
    {
        try
        {
            return Append(kind, tableId);
        }
        catch (StorageException) when (!HasFailed && _dataDirectory.TryUseReserve())
        {
            return Append(kind, tableId);
        }
    }
}
