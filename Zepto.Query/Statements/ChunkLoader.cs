using Zepto.Query.Access;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Ingest;
using Zepto.Storage.Mutations;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Puts the rows that a plan computes into a batch, checked and converted as the values of VALUES are: Load for each chunk, then Finish. Columns of the
/// stored form and codes of the same dictionary are copied as they are. Of one statement and one thread at a time.
/// </summary>
internal sealed class ChunkLoader : IDisposable
{
    private readonly InsertTarget _target;
    private readonly RowBatch _batch;
    private readonly Database _database;
    private readonly DictionaryViews _dictionaries;
    private readonly QueryRun _run;
    private readonly RowMutation? _mutation;
    private readonly RowBatchBuilder _builder;
    private readonly CodeTransfer?[] _transfers;
    private readonly long _rowBytes;
    private int _rowCount;

    /// <param name="target">The table, and which column each of the loaded ones is for.</param>
    /// <param name="batch">An empty batch of the table; the caller's.</param>
    /// <param name="database">Its symbols.</param>
    /// <param name="dictionaries">Tells codes of the same dictionary.</param>
    /// <param name="run">Whose memory limit the rows count into.</param>
    /// <param name="storable">The only symbols whose rows may be stored; null for all. Others are Forbidden.</param>
    /// <param name="mutation">The UPDATE whose replacements the batch is; null for an INSERT, whose errors name the row.</param>
    public ChunkLoader(InsertTarget target, RowBatch batch, Database database, DictionaryViews dictionaries, QueryRun run, RowMutation? mutation, SymbolAccess? storable)
    {
        _target = target;
        _batch = batch;
        _database = database;
        _dictionaries = dictionaries;
        _run = run;
        _mutation = mutation;
        _builder = new RowBatchBuilder(database.Symbols) { NamesRows = mutation is null, Storable = storable };
        _builder.Begin(target, batch, run.Literals.NowNs);
        _transfers = new CodeTransfer?[target.Schema.Columns.Length];
        foreach (var column in batch.Schema.Columns)
            _rowBytes += TableSchema.WidthBytes(column.Type);
    }

    /// <summary>Rows loaded.</summary>
    public int RowCount => _rowCount;

    /// <summary>Loads a chunk; SqlException for a value that does not fit.</summary>
    /// <param name="source">Its current chunk.</param>
    /// <param name="firstColumn">The column that is for the target's first one; those after it are for the others.</param>
    public void Load(Operator source, int firstColumn)
    {
        MakeRoom(source.RowCount);
        for (var i = 0; i < _target.Columns.Length; i++)
            Load(source.Columns[firstColumn + i], source.Shape[firstColumn + i].Type, _target.Columns[i], source.RowCount);
        _rowCount += source.RowCount;
    }

    /// <summary>Completes the batch, with the columns that the statement leaves out, while what was loaded still exists.</summary>
    public void Finish()
    {
        if (_rowCount == 0)
            return;
        if (_builder.Storable is { } storable && _target.Schema.SymbolIndex >= 0 && _transfers[_target.Schema.SymbolIndex] is { } symbols)
            symbols.RequireNew(storable.ContainsName);
        _builder.Finish(_rowCount, _target.Omitted);
        for (var column = 0; column < _transfers.Length; column++)
            _transfers[column]?.Finish(_batch.Column<int>(column)[.._rowCount]);
        _builder.RequireStorable();
    }

    public void Dispose()
    {
        _builder.Dispose();
        foreach (var transfer in _transfers)
            transfer?.Dispose();
    }

    private void MakeRoom(int rows)
    {
        var needed = (long)_rowCount + rows;
        if (needed > int.MaxValue / 2)
            throw SqlException.Value($"The statement writes more than {int.MaxValue / 2} rows");
        var held = _builder.HeldBytes;
        foreach (var transfer in _transfers)
            held += transfer?.HeldBytes ?? 0;
        if (_mutation is not null)
        {
            _run.HoldOutside(held);
            _mutation.EnsureReplacementCapacity((int)needed);
            _builder.FollowBatch();
            return;
        }

        // A full batch doubles.
        var capacity = needed <= _batch.Capacity ? _batch.Capacity : Math.Max(needed, 2L * _batch.Capacity);
        _run.HoldOutside(held + (capacity * _rowBytes));
        _batch.EnsureCapacity((int)needed);
        _builder.FollowBatch();
    }

    private void Load(in Vector source, ColumnType type, int column, int rows)
    {
        switch (_target.Schema.Columns[column].Type, source.Kind)
        {
            case (ColumnType.Int64 or ColumnType.Timestamp, VectorKind.Int64):
                Copy(source, source.Int64, column, rows);
                break;
            case (ColumnType.Float64, VectorKind.Float64):
                Copy(source, source.Float64, column, rows);
                break;
            case (ColumnType.Bool, VectorKind.Bool):
                Copy(source, source.Bool, column, rows);
                break;
            case (ColumnType.Symbol or ColumnType.String, VectorKind.Code) when source.Dictionary is null || source.Dictionary == DictionaryOf(column):
                Copy(source, source.Codes, column, rows);
                break;
            case (ColumnType.Symbol or ColumnType.String, VectorKind.Code):
                Translate(source, column, rows);
                break;
            default:
                LoadEach(source, type, column, rows);
                return;
        }

        if (source.MayHaveNulls && _target.IsRequired(column))
            RefuseNulls(source, column);
    }

    private void Copy<T>(in Vector source, ReadOnlySpan<T> values, int column, int rows) where T : unmanaged
    {
        var cells = _batch.Column<T>(column).Slice(_rowCount, rows);
        if (source.IsConstant)
            cells.Fill(values[0]);
        else
            values.CopyTo(cells);
    }

    private void Translate(in Vector source, int column, int rows)
    {
        var transfer = _transfers[column] ??= MakeTransfer(column);
        var cells = _batch.Column<int>(column).Slice(_rowCount, rows);
        transfer.Translate(source.Codes, source.Dictionary!, cells);
        if (source.IsConstant)
            cells.Fill(cells[0]);
    }

    private void LoadEach(in Vector source, ColumnType type, int column, int rows)
    {
        for (var i = 0; i < rows; i++)
            _builder.Store(InputValue.Of(type, source, source.IsConstant ? 0 : i), column, _rowCount + i);
    }

    private void RefuseNulls(in Vector source, int column)
    {
        for (var i = 0; i < source.StoredCount; i++)
        {
            var value = InputValue.Of(default, source, i);
            if (value.IsNull)
                _builder.Store(value, column, _rowCount + i);
        }
    }

    private CodeDictionary DictionaryOf(int column) => _target.Schema.Columns[column].Type == ColumnType.Symbol
        ? _dictionaries.Symbols
        : _dictionaries.Of(StringsOf(column));

    private StringDictionary StringsOf(int column) => _target.Table.Strings(_target.Schema.IdOf(column))!;

    private CodeTransfer MakeTransfer(int column)
    {
        if (_target.Schema.Columns[column].Type == ColumnType.Symbol)
            return new CodeTransfer(_database.Symbols.TryFind, _database.Symbols.Intern);
        var strings = StringsOf(column);
        return new CodeTransfer(strings.TryFind, strings.Intern);
    }
}
