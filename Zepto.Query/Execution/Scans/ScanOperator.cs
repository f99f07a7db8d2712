using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage;
using Zepto.Storage.Epochs;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// Reads a table's rows as of one moment, series by series and in time order within a series. Columns are views on the segments where the
/// stored width is the vector's (no copy), widened copies for INT32 and FLOAT32.
/// </summary>
internal sealed unsafe class ScanOperator : Operator
{
    /// <summary>In the list of columns: the hidden arrival number of the row, INT64.</summary>
    public const int SequenceColumn = -1;

    private readonly Database _database;
    private readonly Table _table;
    private readonly TableSchema _schema;
    private readonly int[] _columns;
    private readonly ScanRestriction _restriction;
    private readonly CodeDictionary?[] _dictionaries;
    private readonly BlockPruning[] _pruning;
    private readonly List<int> _wantedSymbols = [];
    private EvaluationContext? _context;
    private QueryRun? _run;
    private EpochLease _lease;
    private NativeArena.Mark _chunkMark;
    private bool _chunkMarked;
    private long _sequence;
    private TimeRange _range;
    private int _seriesCount;
    private int _nextSeries;
    private Series? _series;
    private int _nextPartition;
    private PartitionState? _state;
    private int _nextSlice;
    private Segment? _segment;
    private int _row;
    private int _endRow;
    private int* _symbol;

    public ScanOperator(
        Database database, Table table, TableSchema schema, int[] columns, ColumnShape[] shape, CodeDictionary?[] dictionaries, ScanRestriction restriction)
        : base(shape)
    {
        _database = database;
        _table = table;
        _schema = schema;
        _columns = columns;
        _dictionaries = dictionaries;
        _restriction = restriction;
        _pruning = new BlockPruning[restriction.BlockBounds.Count];
    }

    /// <summary>Rows of the whole table, for deciding where a statement runs.</summary>
    public long TableRows => _table.RowCount;

    public override string Describe()
    {
        var kind = _restriction.Symbols is null ? "Scan" : "Symbol scan";
        var time = _restriction.TimeBounds.Count == 0 ? "" : ", time range";
        var blocks = _restriction.BlockBounds.Count == 0 ? "" : ", zone maps";
        return $"{kind} {_table.Name} ({_columns.Length} columns{time}{blocks})";
    }

    public override void Open(QueryRun run)
    {
        _run = run;
        _context ??= new EvaluationContext(run.Scratch, run.Literals, 0);
        _lease = _database.Epochs.Enter();
        _sequence = _table.CommittedSequence;
        _seriesCount = _table.SeriesCount;
        _nextSeries = 0;
        _series = null;
        _state = null;
        _segment = null;
        _chunkMarked = false;
        _symbol = run.Arena.Allocate<int>(1);
        _range = TimeRange.Of(_restriction.TimeBounds, _context);
        for (var i = 0; i < _pruning.Length; i++)
        {
            var bound = _restriction.BlockBounds[i];
            _pruning[i].Open(bound, _schema.Columns[bound.Column].Type, _context);
        }

        ResolveSymbols();
    }

    public override bool Next()
    {
        var run = _run!;
        ReleaseChunk();
        run.ThrowIfStopped();
        if (_range.IsEmpty)
            return false;
        while (true)
        {
            while (_segment is not null && _row < _endRow)
            {
                var block = _row / Segment.BlockRows;
                var end = Math.Min(_endRow, (block + 1) * Segment.BlockRows);
                var start = _row;
                _row = end;
                if (!MayMatch(block))
                    continue;
                run.RowsScanned += end - start;
                Serve(start, end - start);
                return true;
            }

            if (!NextSlice())
                return false;
        }
    }

    public override void Close()
    {
        ReleaseChunk();
        _lease.Dispose();
        _segment = null;
        _state = null;
        _series = null;
    }

    private void ReleaseChunk()
    {
        if (!_chunkMarked)
            return;
        _run!.Scratch.Release(_chunkMark);
        _chunkMarked = false;
    }

    private void ResolveSymbols()
    {
        _wantedSymbols.Clear();
        if (_restriction.Symbols is null)
            return;
        foreach (var symbol in _restriction.Symbols)
        {
            var value = ConstantValue.Of(symbol, _context!);
            int id;
            switch (value.Kind)
            {
                case VectorKind.Int64:
                    id = value.Int64[0] is > 0 and <= int.MaxValue ? (int)value.Int64[0] : 0;
                    break;
                case VectorKind.Text:
                    id = !value.Text[0].IsNull && _database.Symbols.TryFind(value.Text[0].Bytes, out var found) ? found : 0;
                    break;
                default:
                    throw new InvalidOperationException("the planner gave a symbol restriction that is neither a name nor an id");
            }

            if (id != 0 && !_wantedSymbols.Contains(id))
                _wantedSymbols.Add(id);
        }
    }

    private bool NextSlice()
    {
        while (true)
        {
            if (_state is not null && _nextSlice < _state.Slices.Length)
            {
                var slice = _state.Slices[_nextSlice++];
                var rows = slice.VisibleRows(_sequence);
                if (rows > 0 && Enter(slice.Segment, slice.StartRow, rows))
                    return true;
                continue;
            }

            if (_series is not null && _nextPartition < _series.Partitions.Length)
            {
                _state = _series.Partitions[_nextPartition++].StateAt(_sequence);
                _nextSlice = 0;
                continue;
            }

            if (!NextSeries())
                return false;
        }
    }

    private bool NextSeries()
    {
        _state = null;
        if (_restriction.Symbols is not null)
        {
            while (_nextSeries < _wantedSymbols.Count)
            {
                if (_table.TryGetSeries(_wantedSymbols[_nextSeries++], out var found))
                {
                    EnterSeries(found);
                    return true;
                }
            }

            return false;
        }

        if (_nextSeries >= _seriesCount)
            return false;
        EnterSeries(_table.SeriesAt(_nextSeries++));
        return true;
    }

    private void EnterSeries(Series series)
    {
        _series = series;
        _nextPartition = 0;
        *_symbol = series.SymbolId;
    }

    /// <summary>Narrows the slice to the time range by binary search: rows of a slice are in time order.</summary>
    private bool Enter(Segment segment, int startRow, int rows)
    {
        if (_schema.TimestampIndex >= 0 && _range != TimeRange.All)
        {
            var times = segment.Values<long>(_schema.TimestampIndex, startRow, rows);
            if (times[0] > _range.Last || times[^1] < _range.First)
                return false;
            var first = times[0] >= _range.First ? 0 : LowerBound(times, _range.First);
            var end = times[^1] <= _range.Last ? rows : LowerBound(times, _range.Last + 1);
            if (first >= end)
                return false;
            (startRow, rows) = (startRow + first, end - first);
        }

        _segment = segment;
        _row = startRow;
        _endRow = startRow + rows;
        return true;
    }

    private static int LowerBound(ReadOnlySpan<long> times, long value)
    {
        var low = 0;
        var high = times.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (times[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private bool MayMatch(int block)
    {
        foreach (ref var pruning in _pruning.AsSpan())
        {
            if (!pruning.MayMatch(_segment!, block))
                return false;
        }

        return true;
    }

    private void Serve(int start, int rows)
    {
        _chunkMark = _run!.Scratch.MarkPosition();
        _chunkMarked = true;
        RowCount = rows;
        for (var i = 0; i < _columns.Length; i++)
            Columns[i] = Read(i, _columns[i], start, rows);
    }

    private Vector Read(int output, int column, int start, int rows)
    {
        var segment = _segment!;
        if (column == SequenceColumn)
            return Vector.Of(VectorKind.Int64, segment.SequenceAddress(start), rows, false);
        var kind = Shape[output].Kind;
        if (column == _schema.SymbolIndex)
            return Vector.OfConstant(kind, _symbol, rows, false, _dictionaries[output]);
        if (!segment.HasColumn(column))
            return NullVector(kind, rows, _dictionaries[output]);
        var type = _schema.Columns[column].Type;
        var nulls = column != _schema.TimestampIndex && segment.Block(column, start / Segment.BlockRows).NullCount > 0;
        return type switch
        {
            ColumnType.Int32 => Widen(segment.Values<int>(column, start, rows), nulls),
            ColumnType.Float32 => Widen(segment.Values<float>(column, start, rows), nulls),
            _ => Vector.Of(kind, segment.Address(column, start), rows, nulls, _dictionaries[output]),
        };
    }

    private Vector NullVector(VectorKind kind, int rows, CodeDictionary? dictionary)
    {
        var value = _run!.Scratch.Allocate<long>(2);
        value[0] = kind switch { VectorKind.Int64 => Nulls.Int64, VectorKind.Float64 => Nulls.Float64Bits, VectorKind.Bool => Nulls.Bool, _ => 0 };
        value[1] = 0;
        return Vector.OfConstant(kind, value, rows, true, dictionary);
    }

    private Vector Widen(ReadOnlySpan<int> values, bool nulls)
    {
        var wide = _run!.Scratch.Allocate<long>(values.Length);
        for (var i = 0; i < values.Length; i++)
            wide[i] = values[i] == Nulls.Int32 ? Nulls.Int64 : values[i];
        return Vector.Of(VectorKind.Int64, wide, values.Length, nulls);
    }

    private Vector Widen(ReadOnlySpan<float> values, bool nulls)
    {
        var wide = _run!.Scratch.Allocate<double>(values.Length);
        for (var i = 0; i < values.Length; i++)
            wide[i] = Nulls.IsNull(values[i]) ? Nulls.Float64 : values[i];
        return Vector.Of(VectorKind.Float64, wide, values.Length, nulls);
    }
}
