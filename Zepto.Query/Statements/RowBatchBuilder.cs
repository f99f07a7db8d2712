using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Zepto.Native.Memory;
using Zepto.Query.Access;
using Zepto.Query.Execution;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Puts the values of one statement into a batch, checked and converted: Begin, for each row BeginRow and a Set or Store for each of its values,
/// Finish unless the statement is refused, End. Texts and symbol ids that no dictionary holds yet wait until Finish, so a refused statement
/// leaves nothing behind. One statement at a time; keeps its memory up to a bound.
/// </summary>
internal sealed unsafe partial class RowBatchBuilder(SymbolDictionary symbols) : IDisposable
{
    private const long KeptBytes = 1024 * 1024;

    /// <summary>Rows that the first step makes room for, and how much more a later step may make room for at most.</summary>
    private const int FirstRows = 64, MostGrowth = 8;

    private Slot[] _slots = [];
    private ColumnDefinition[] _definitions = [];
    private InsertTarget _target = null!;
    private RowBatch _batch = null!;
    private int _capacity;
    private long _rowBytes;
    private long _nowNs;

    /// <summary>Whether errors name the row, which means something to the client where it wrote the rows itself or in a SELECT.</summary>
    public bool NamesRows { get; init; } = true;

    /// <summary>The statement into whose memory limit the rows count; null where the maker of the batch sees to that.</summary>
    public QueryRun? Run { get; set; }

    /// <summary>The only symbols whose rows may be stored; null for all. Set before <see cref="Finish"/>.</summary>
    public SymbolAccess? Storable { get; set; }

    /// <summary>Bytes held for new texts and codes.</summary>
    internal long HeldBytes => _newTexts.Capacity + _newCodes.HeldBytes + _resolved.HeldBytes;

    /// <summary>Readies for a statement.</summary>
    /// <param name="target">Where the values go.</param>
    /// <param name="batch">Empty, and for the target's table.</param>
    /// <param name="nowNs">Value of an omitted timestamp.</param>
    public void Begin(InsertTarget target, RowBatch batch, long nowNs)
    {
        _target = target;
        _batch = batch;
        if (batch.Schema != target.Schema)
            batch.Restart(target.Schema);
        _nowNs = nowNs;
        _definitions = target.Schema.Columns;
        _capacity = 0;
        _rowBytes = 0;
        foreach (var column in batch.Schema.Columns)
            _rowBytes += TableSchema.WidthBytes(column.Type);
        if (_slots.Length < _definitions.Length)
            _slots = new Slot[_definitions.Length];
        for (var i = 0; i < _definitions.Length; i++)
        {
            var type = _definitions[i].Type;
            _slots[i] = new Slot { Type = type, Owner = type == ColumnType.Symbol ? SymbolsOwner : ++_lastOwner };
        }
    }

    /// <summary>Type of a column.</summary>
    public ColumnType TypeOf(int column) => _slots[column].Type;

    /// <summary>Makes room for a row.</summary>
    /// <param name="row">Its index.</param>
    /// <param name="readBytes">Bytes of the data before the row, from which follows how many rows the rest may have.</param>
    /// <param name="allBytes">Bytes of all data.</param>
    public void BeginRow(int row, int readBytes, int allBytes)
    {
        if (row >= _capacity)
            Grow(row, readBytes, allBytes);
    }

    /// <summary>After the batch got more room by another hand than this one's.</summary>
    public void FollowBatch()
    {
        _capacity = _batch.Capacity;
        for (var i = 0; i < _definitions.Length; i++)
            _slots[i].Values = _batch.Address(i);
    }

    /// <summary>Sets a value of an INT64 or TIMESTAMP column, which must not be the one that stands for NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetInt64(int column, int row, long value) => Place<long>(column, row) = value;

    /// <summary>As <see cref="SetInt64"/>, for an INT32 column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetInt32(int column, int row, int value) => Place<int>(column, row) = value;

    /// <summary>Sets a value of a FLOAT64 column; what is no number stays so and does not become NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetFloat64(int column, int row, double value) => Place<double>(column, row) = double.IsNaN(value) ? double.NaN : value;

    /// <summary>As <see cref="SetFloat64"/>, for a FLOAT32 column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetFloat32(int column, int row, float value) => Place<float>(column, row) = float.IsNaN(value) ? float.NaN : value;

    /// <summary>Sets a value of a BOOL column: 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetBool(int column, int row, byte value) => Place<byte>(column, row) = value;

    /// <summary>Sets a value of any kind; SqlException naming row and column when it does not fit.</summary>
    public void Store(scoped in InputValue value, int column, int row)
    {
        if (value.IsNull)
        {
            StoreNull(column, row);
            return;
        }

        bool fits;
        switch (_slots[column].Type)
        {
            case ColumnType.Int64: fits = ColumnFit.TryInt64(value, out Place<long>(column, row)); break;
            case ColumnType.Int32: fits = ColumnFit.TryInt32(value, out Place<int>(column, row)); break;
            case ColumnType.Timestamp: fits = ColumnFit.TryTimestamp(value, out Place<long>(column, row)); break;
            case ColumnType.Bool: fits = ColumnFit.TryBool(value, out Place<byte>(column, row)); break;
            case ColumnType.Float64:
                fits = ColumnFit.TryFloat64(value, out var number);
                SetFloat64(column, row, number);
                break;
            case ColumnType.Float32:
                fits = ColumnFit.TryFloat32(value, out var single);
                SetFloat32(column, row, single);
                break;
            default:
                fits = true;
                if (value.Type == ColumnType.String)
                    SetText(column, row, value.Text);
                else if (_slots[column].Type == ColumnType.Symbol && ColumnFit.TrySymbolId(value, out var id))
                    SetSymbolId(column, row, id);
                else
                    fits = false;
                break;
        }

        if (!fits)
            throw AtValue(ColumnFit.Misfit(value, _slots[column].Type), column, row);
    }

    /// <summary>Sets NULL; SqlException when the column takes none.</summary>
    public void StoreNull(int column, int row)
    {
        if (_target.IsRequired(column))
            throw AtValue(SqlException.Value("NULL is not allowed"), column, row);
        switch (_slots[column].Type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp: Place<long>(column, row) = Nulls.Int64; break;
            case ColumnType.Int32: Place<int>(column, row) = Nulls.Int32; break;
            case ColumnType.Float64: Place<long>(column, row) = Nulls.Float64Bits; break;
            case ColumnType.Float32: Place<int>(column, row) = Nulls.Float32Bits; break;
            case ColumnType.Bool: Place<byte>(column, row) = Nulls.Bool; break;
            default: Place<int>(column, row) = Nulls.Code; break;
        }
    }

    /// <summary>Sets what a column has when a row says nothing: its DEFAULT, the current time, NULL.</summary>
    public void StoreDefault(int column, int row)
    {
        if (_definitions[column].Default is not { } value)
        {
            if (column == _target.Schema.TimestampIndex)
                SetInt64(column, row, _nowNs);
            else
                StoreNull(column, row);
            return;
        }

        switch (_slots[column].Type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp: SetInt64(column, row, value.Integer); break;
            case ColumnType.Int32: SetInt32(column, row, (int)value.Integer); break;
            case ColumnType.Float64: SetFloat64(column, row, value.Float); break;
            case ColumnType.Float32: SetFloat32(column, row, (float)value.Float); break;
            case ColumnType.Bool: SetBool(column, row, (byte)value.Integer); break;
            default:
                if (_target.DefaultText(column) is { } text)
                    SetText(column, row, text);
                else
                    SetSymbolId(column, row, (int)value.Integer);
                break;
        }
    }

    /// <summary>Completes the batch: the rows stored, with the columns that the statement leaves out.</summary>
    public void Finish(int rowCount, ReadOnlySpan<int> omittedColumns)
    {
        RequireStorableNew(rowCount, omittedColumns);
        AddNewCodes(rowCount);
        _batch.SetRowCount(rowCount);
        _target.FillOmitted(_batch, omittedColumns, _nowNs, symbols);
    }

    /// <summary>Throws Forbidden when the completed batch has a row of a symbol that may not be stored.</summary>
    public void RequireStorable()
    {
        var column = _target.Schema.SymbolIndex;
        if (Storable is not null && column >= 0)
            Storable.RequireAll(symbols, _batch.Column<int>(column)[.._batch.RowCount]);
    }

    /// <summary>The same before new symbols get into the dictionary.</summary>
    private void RequireStorableNew(int rowCount, ReadOnlySpan<int> omittedColumns)
    {
        var column = _target.Schema.SymbolIndex;
        if (Storable is null || column < 0 || omittedColumns.Contains(column))
            return;
        // Negative codes without new texts of ours are those of a transfer, which looks at its texts itself.
        var hasNewCodes = _slots[column].HasNewCodes;
        var last = int.MinValue;
        foreach (var cell in new ReadOnlySpan<int>(_slots[column].Values, rowCount))
        {
            if (cell == last)
                continue;
            last = cell;
            var isStorable = cell < 0
                ? !hasNewCodes || Storable.ContainsName(NewText(cell))
                : Storable.Contains(symbols, cell) || (symbols.Name(cell).IsNull && Storable.ContainsNumber(cell));
            if (!isStorable)
                throw StatementAccess.Forbidden();
        }
    }

    /// <summary>Lets go of the statement's table and batch, and of the memory that only a large statement needs.</summary>
    public void End()
    {
        ForgetNewCodes();
        _target = null!;
        _batch = null!;
        Array.Clear(_slots);
        _capacity = 0;
    }

    /// <summary>An error of a value with its row and column; any other kind of error as it is.</summary>
    public SqlException AtValue(SqlException error, int column, int row) =>
        error.Kind is StatementErrorKind.BadValue or StatementErrorKind.TypeMismatch
            ? new SqlException(error.Kind, $"{(NamesRows ? $"Row {row + 1}, column" : "Column")} {_definitions[column].Name}: {error.Message}")
            : error;

    public void Dispose()
    {
        _newCodes.Dispose();
        _newTexts.Dispose();
        _resolved.Dispose();
    }

    private void Grow(int row, int readBytes, int allBytes)
    {
        long wanted = FirstRows;
        if (row > 0)
            wanted = Math.Min((long)row * MostGrowth, ((long)row * allBytes / Math.Max(readBytes, 1)) + (row / 32) + 1);
        var capacity = (int)Math.Clamp(wanted, row + 1L, Array.MaxLength);
        Run?.HoldOutside((capacity * _rowBytes) + HeldBytes);
        _batch.EnsureCapacity(capacity);
        FollowBatch();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T Place<T>(int column, int row) where T : unmanaged
    {
        ref var slot = ref _slots[column];
        Debug.Assert((uint)row < (uint)_capacity && sizeof(T) == TableSchema.WidthBytes(slot.Type));
        return ref ((T*)slot.Values)[row];
    }

    /// <summary>A column as the values' writers see it.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        /// <summary>First value in the batch; changes when the batch grows.</summary>
        public byte* Values;

        /// <summary>Number of its dictionary in the caches of codes.</summary>
        public ulong Owner;

        /// <summary>The long text that it got last: consecutive rows often have the same.</summary>
        public TextRef LastText;

        public int LastCode;
        public ColumnType Type;

        /// <summary>Whether cells hold codes that no dictionary has given yet.</summary>
        public bool HasNewCodes;
    }
}
