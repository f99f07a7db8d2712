using System.Runtime.InteropServices;
using System.Text.Unicode;
using Zepto.Native.Memory;
using Zepto.Query.Access;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Puts the values of one statement into a batch, checked and converted: Begin, for each row BeginRow and Store for each of its values, Finish
/// unless the statement is refused, End. Texts and symbol ids that no dictionary holds yet wait until Finish, so a refused statement leaves
/// nothing behind. One statement at a time; keeps its memory up to a bound.
/// </summary>
internal sealed class RowBatchBuilder(SymbolDictionary symbols) : IDisposable
{
    private const long KeptBytes = 1024 * 1024;
    private const int IdWithoutText = -1;
    private readonly NativeList<NewCode> _newCodes = new();
    private readonly NativeBuffer _newTexts = new();
    private FoundText[] _lastFound = [];
    private ColumnDefinition[] _definitions = [];
    private InsertTarget _target = null!;
    private RowBatch _batch = null!;

    /// <summary>Whether errors name the row, which means something to the client where it wrote the rows itself or in a SELECT.</summary>
    public bool NamesRows { get; init; } = true;

    /// <summary>The only symbols whose rows may be stored; null for all. Set before <see cref="Finish"/>.</summary>
    public SymbolAccess? Storable { get; set; }

    /// <summary>Bytes held for new texts and codes.</summary>
    internal long HeldBytes => _newTexts.Capacity + _newCodes.HeldBytes;

    /// <summary>Readies for a statement; the batch is empty and for the target's table.</summary>
    public void Begin(InsertTarget target, RowBatch batch)
    {
        _target = target;
        _batch = batch;
        if (batch.Schema != target.Schema)
            batch.Restart(target.Schema);
        _definitions = target.Schema.Columns;
        _newCodes.Clear();
        _newTexts.Length = 0;
        if (_lastFound.Length < _definitions.Length)
            _lastFound = new FoundText[_definitions.Length];
        else
            Array.Clear(_lastFound);
    }

    /// <summary>Makes room for a row.</summary>
    public void BeginRow(int row)
    {
        if (row >= _batch.Capacity)
            _batch.EnsureCapacity(row + 1);
    }

    /// <summary>Sets a value; SqlException naming row and column when it does not fit.</summary>
    public void Store(scoped in InputValue value, int column, int row)
    {
        if (value.IsNull)
        {
            StoreNull(column, row);
            return;
        }

        bool fits;
        switch (_definitions[column].Type)
        {
            case ColumnType.Int64: fits = ColumnFit.TryInt64(value, out _batch.Column<long>(column)[row]); break;
            case ColumnType.Int32: fits = ColumnFit.TryInt32(value, out _batch.Column<int>(column)[row]); break;
            case ColumnType.Float64: fits = ColumnFit.TryFloat64(value, out _batch.Column<double>(column)[row]); break;
            case ColumnType.Float32: fits = ColumnFit.TryFloat32(value, out _batch.Column<float>(column)[row]); break;
            case ColumnType.Timestamp: fits = ColumnFit.TryTimestamp(value, out _batch.Column<long>(column)[row]); break;
            case ColumnType.Bool: fits = ColumnFit.TryBool(value, out _batch.Column<byte>(column)[row]); break;
            case ColumnType.String:
                fits = value.Type == ColumnType.String;
                if (fits)
                    StoreText(value.Text, column, row);
                break;
            default:
                fits = true;
                if (value.Type == ColumnType.String)
                    StoreText(value.Text, column, row);
                else if (ColumnFit.TrySymbolId(value, out var id))
                    StoreSymbolId(id, column, row);
                else
                    fits = false;
                break;
        }

        if (!fits)
            throw AtValue(ColumnFit.Misfit(value, _definitions[column].Type), column, row);
    }

    /// <summary>Completes the batch: the rows stored, with the columns that the statement leaves out.</summary>
    public void Finish(int rowCount, long nowNs)
    {
        RequireStorableNew();
        foreach (var added in _newCodes.Span)
        {
            ref var cell = ref _batch.Column<int>(added.Column)[added.Row];
            if (added.LengthBytes == IdWithoutText)
            {
                symbols.EnsureId(cell);
                continue;
            }

            var text = _newTexts.Slice(added.TextOffset, added.LengthBytes);
            cell = _definitions[added.Column].Type == ColumnType.Symbol ? symbols.Intern(text) : _target.Table.Strings(_target.Schema.IdOf(added.Column))!.Intern(text);
        }

        _batch.SetRowCount(rowCount);
        _target.FillOmitted(_batch, nowNs, symbols);
    }

    /// <summary>Throws Forbidden when the completed batch has a row of a symbol that may not be stored.</summary>
    public void RequireStorable()
    {
        var column = _target.Schema.SymbolIndex;
        if (Storable is not null && column >= 0)
            Storable.RequireAll(symbols, _batch.Column<int>(column)[.._batch.RowCount]);
    }

    /// <summary>The same for symbols that are new, before they get into the dictionary.</summary>
    private void RequireStorableNew()
    {
        if (Storable is null)
            return;
        foreach (var added in _newCodes.Span)
        {
            if (added.Column != _target.Schema.SymbolIndex)
                continue;
            var isStorable = added.LengthBytes == IdWithoutText
                ? Storable.ContainsNumber(_batch.Column<int>(added.Column)[added.Row])
                : Storable.ContainsName(_newTexts.Slice(added.TextOffset, added.LengthBytes));
            if (!isStorable)
                throw StatementAccess.Forbidden();
        }
    }

    /// <summary>Lets go of the statement's table and batch, and of the memory that only a large statement needs.</summary>
    public void End()
    {
        if (_newTexts.Capacity > KeptBytes)
            _newTexts.Dispose();
        if (_newCodes.HeldBytes > KeptBytes)
            _newCodes.Dispose();
        _target = null!;
        _batch = null!;
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
    }

    private void StoreNull(int column, int row)
    {
        if (_target.IsRequired(column))
            throw AtValue(SqlException.Value("NULL is not allowed"), column, row);
        switch (_definitions[column].Type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp: _batch.Column<long>(column)[row] = Nulls.Int64; break;
            case ColumnType.Int32: _batch.Column<int>(column)[row] = Nulls.Int32; break;
            case ColumnType.Float64: _batch.Column<double>(column)[row] = Nulls.Float64; break;
            case ColumnType.Float32: _batch.Column<float>(column)[row] = Nulls.Float32; break;
            case ColumnType.Bool: _batch.Column<byte>(column)[row] = Nulls.Bool; break;
            default: _batch.Column<int>(column)[row] = Nulls.Code; break;
        }
    }

    private void StoreText(ReadOnlySpan<byte> text, int column, int row)
    {
        ref var last = ref _lastFound[column];
        if (last.Code != 0 && text.SequenceEqual(last.Text.Bytes))
        {
            _batch.Column<int>(column)[row] = last.Code;
            return;
        }

        if (TryFind(text, column, out var code))
        {
            last = new FoundText { Code = code, Text = TextOf(code, column) };
            _batch.Column<int>(column)[row] = code;
            return;
        }

        if (!Utf8.IsValid(text))
            throw AtValue(SqlException.Value("the text is not valid UTF-8"), column, row);
        _newCodes.Add(new NewCode { Column = column, Row = row, TextOffset = _newTexts.Length, LengthBytes = text.Length });
        _newTexts.Append(text);
    }

    private void StoreSymbolId(int id, int column, int row)
    {
        _batch.Column<int>(column)[row] = id;
        if (symbols.Name(id).IsNull)
            _newCodes.Add(new NewCode { Column = column, Row = row, LengthBytes = IdWithoutText });
    }

    private bool TryFind(ReadOnlySpan<byte> text, int column, out int code) =>
        _definitions[column].Type == ColumnType.Symbol ? symbols.TryFind(text, out code) : _target.Table.Strings(_target.Schema.IdOf(column))!.TryFind(text, out code);

    private TextRef TextOf(int code, int column) =>
        _definitions[column].Type == ColumnType.Symbol ? symbols.Name(code) : _target.Table.Strings(_target.Schema.IdOf(column))!.Text(code);

    /// <summary>The text that a column got last: consecutive rows often have the same symbol.</summary>
    private struct FoundText
    {
        public TextRef Text;
        public int Code;
    }

    /// <summary>A cell whose text, or whose id, is not in the dictionary yet.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NewCode
    {
        public int Column;
        public int Row;
        public long TextOffset;
        public int LengthBytes;
    }
}
