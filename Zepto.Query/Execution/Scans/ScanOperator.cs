using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// Reads a table's rows as of one moment, series by series and in time order within a series. Columns are views on the segments where the
/// stored width is the vector's (no copy), decoded copies of encoded segments, widened copies for INT32 and FLOAT32.
/// </summary>
internal sealed unsafe partial class ScanOperator : Operator
{
    /// <summary>In the list of columns: the hidden arrival number of the row, INT64.</summary>
    public const int SequenceColumn = -1;

    /// <summary>In the list of columns: whether the row meets the conditions of <see cref="Mask"/>, BOOL.</summary>
    public const int MaskColumn = -2;

    // Of an encoded block at most so small a part is read row by row.
    private const int PickedShare = 64;

    private readonly Table _table;
    private readonly TableSchema _schema;
    private readonly int[] _columns;
    private readonly ScanRestriction _restriction;
    private readonly CodeDictionary?[] _dictionaries;
    private readonly BlockPruning[] _pruning;
    private readonly ScanSnapshot _snapshot;
    private readonly SliceCursor _slices;
    private readonly EdgeCursor _edges;
    private readonly BestBlocks _best = new();
    private EvaluationContext? _context;
    private QueryRun? _run;
    private NativeArena.Mark _chunkMark;
    private bool _chunkMarked;
    private Segment? _segment;
    private int _row;
    private int _endRow;
    private int* _symbol;
    private byte* _mask;
    private int* _picks;
    private bool _bestFirst;
    private int _boundColumn;
    private SortBound _bound;
    private bool _isOpen;
    private PickedRows _picked;

    public ScanOperator(
        Database database, Table table, TableSchema schema, int[] columns, ColumnShape[] shape, CodeDictionary?[] dictionaries, ScanRestriction restriction)
        : base(shape)
    {
        _table = table;
        _schema = schema;
        _columns = columns;
        _dictionaries = dictionaries;
        _restriction = restriction;
        _pruning = new BlockPruning[restriction.BlockBounds.Count];
        _snapshot = new ScanSnapshot(database, table, schema, restriction);
        _slices = new SliceCursor(_snapshot);
        _edges = new EdgeCursor(_snapshot);
    }

    /// <summary>Gives only the first and the last row of each series within the time range; blocks are not skipped then.</summary>
    public bool OnlyEdges { get; init; }

    /// <summary>
    /// The scan whose rows this one shares: each slice is read by one of them. That one is opened before and closed after this. Null for a scan
    /// of its own.
    /// </summary>
    public ScanOperator? Leader { get; init; }

    /// <summary>Finds rows by the attributes of columns; null where no condition is on a column that has one.</summary>
    public IndexCursor? Index { get; init; }

    /// <summary>Conditions that it answers in the column <see cref="MaskColumn"/>; chunks without a row that meets them are left out.</summary>
    public RowMask? Mask { get; init; }

    public override double RowCostNs => 0.1;

    public override int AscendingColumn => _schema.TimestampIndex < 0 ? -1 : Array.IndexOf(_columns, _schema.TimestampIndex);

    /// <summary>
    /// Rows that the opened scan will read at most, exact but for blocks that it skips; counting stops when they are more than
    /// <paramref name="enough"/>. Before the first row.
    /// </summary>
    public long EstimateRows(long enough)
    {
        if (OnlyEdges)
            return 2L * _snapshot.SeriesCount;
        var rows = _snapshot.CountRows(enough);
        if (rows <= enough || Index is null)
            return rows;
        var found = Index.CountRows(_slices, enough) ?? rows;
        _slices.Reset();
        return found;
    }

    public override string Describe()
    {
        var kind = OnlyEdges ? "First and last rows of" : _restriction.Symbols is null ? "Scan" : "Symbol scan";
        var time = _restriction.TimeBounds.Count == 0 ? "" : ", time range";
        var blocks = _restriction.BlockBounds.Count == 0 ? "" : ", zone maps";
        return $"{kind} {_table.Name} ({_columns.Length} columns{time}{blocks}{DescribeIndex()})";
    }

    public override void Open(QueryRun run)
    {
        _run = run;
        _context = EvaluationContext.Of(_context, run, 0);
        _segment = null;
        _chunkMarked = false;
        _boundColumn = -1;
        _bestFirst = false;
        _isOpen = false;
        _symbol = run.Arena.Allocate<int>(1);
        _picks = run.Arena.Allocate<int>(Segment.BlockRows / PickedShare);
        _picked.Clear();
        for (var i = 0; i < _pruning.Length; i++)
            _pruning[i].Open(_restriction.BlockBounds[i], _schema, _context);

        if (Leader is null)
        {
            _snapshot.Open(_context);
            _slices.Reset();
            _edges.Reset();
        }

        Mask?.Open(_context);
        Index?.Open(_context, run.Arena, (Leader ?? this)._snapshot.Sequence);
        _isOpen = true;
    }

    public override bool Next()
    {
        var run = _run!;
        ReleaseChunk();
        run.ThrowIfStopped();
        if ((Leader ?? this)._snapshot.IsEmpty)
            return false;
        while (true)
        {
            while (_segment is not null && TryMove(out var start, out var end))
            {
                if (_picked.Count == 0 && !MayMatch(start / Segment.BlockRows))
                    continue;
                run.RowsScanned += _picked.Count > 0 ? _picked.Count : end - start;
                if (TryServe(start, end - start))
                    return true;
                // Where no row is wanted, none of the operators above comes to look.
                run.ThrowIfStopped();
            }

            if (!TryTakeRows(out var rows))
                return false;
            if (Index is not null)
                run.ThrowIfStopped();
            _segment = rows.Segment;
            (_row, _endRow) = (rows.StartRow, rows.EndRow);
            *_symbol = rows.Series.SymbolId;
            Index?.Begin(rows);
        }
    }

    public override void PreferFirst(int column, bool descending)
    {
        if (OnlyEdges || Leader is not null || !HasStatistics(_columns[column]) || _snapshot.IsEmpty)
            return;
        _bestFirst = true;
        _best.Collect(_slices, _schema.IdOf(_columns[column]), _schema.Columns[_columns[column]].Type, descending);
    }

    public override void LeaveOut(int column, in SortBound bound)
    {
        if (HasStatistics(_columns[column]))
            (_boundColumn, _bound) = (_columns[column], bound);
    }

    public override void Close()
    {
        ReleaseChunk();
        _segment = null;
        _isOpen = false;
        _best.Clear();
        if (Leader is null)
            _snapshot.Close();
    }

    private bool HasStatistics(int column) => column >= 0 && column != _schema.SymbolIndex;

    private bool TryTakeRows(out SliceRows rows)
    {
        if (OnlyEdges)
            return _edges.TryTake(out rows);
        return _bestFirst ? _best.TryTake(out rows) : (Leader ?? this)._slices.TryTake(out rows);
    }

    /// <summary>Goes to the next rows of the segment, all of one block.</summary>
    private bool TryMove(out int start, out int end)
    {
        if (Index is not null)
        {
            var more = Index.TryTake(out start, out end);
            _picked = Index.Picked;
            return more;
        }

        _picked.Clear();
        start = _row;
        end = Math.Min(_endRow, (_row / Segment.BlockRows + 1) * Segment.BlockRows);
        _row = end;
        return start < end;
    }

    private string DescribeIndex()
    {
        if (Index is null)
            return "";
        if (!_isOpen || Leader is not null)
            return ", " + Index.Describe();
        var text = ", " + Index.Describe(_slices);
        _slices.Reset();
        return text;
    }

    private void ReleaseChunk()
    {
        if (!_chunkMarked)
            return;
        _run!.Scratch.Release(_chunkMark);
        _chunkMarked = false;
    }

    private bool MayMatch(int block)
    {
        foreach (ref var pruning in _pruning.AsSpan())
        {
            if (!pruning.MayMatch(_segment!, block))
                return false;
        }

        if (_boundColumn < 0)
            return true;
        var id = _schema.IdOf(_boundColumn);
        return !_segment!.HasColumn(id) || _bound.MayMatch(_segment.Block(id, block), _schema.Columns[_boundColumn].Type);
    }

    private bool TryServe(int start, int rows)
    {
        _chunkMark = _run!.Scratch.MarkPosition();
        _chunkMarked = true;
        if (!(_picked.Count > 0 ? TryMaskPicked() : TryMask(ref start, ref rows)))
        {
            ReleaseChunk();
            return false;
        }

        RowCount = _picked.Count > 0 ? _picked.Count : rows;
        for (var i = 0; i < _columns.Length; i++)
            Columns[i] = Read(i, _columns[i], start, rows);
        return true;
    }

    private bool TryMaskPicked()
    {
        if (Mask is null)
            return true;
        var rows = _picked.Span;
        _mask = _run!.Scratch.Allocate<byte>(rows.Length);
        return Mask.TryFill(_segment!, rows, _run.Scratch, _mask) && new ReadOnlySpan<byte>(_mask, rows.Length).Contains((byte)1);
    }

    /// <summary>Tests the rows; false when none is left. Of an encoded block only those from the first one that is left to the last are read, or each by itself.</summary>
    private bool TryMask(ref int start, ref int rows)
    {
        var (segment, scratch) = (_segment!, _run!.Scratch);
        var isBound = TryBoundTest(out var test);
        if (Mask is null && !isBound)
            return true;
        _mask = scratch.Allocate<byte>(rows);
        if (Mask is null ? !test.TryFill(segment, start, rows, scratch, _mask) : !Mask.TryFill(segment, start, rows, scratch, _mask))
            return false;
        if (Mask is not null && isBound && !RowMask.TryNarrow(test, segment, start, rows, scratch, _mask))
            return false;
        var mask = new ReadOnlySpan<byte>(_mask, rows);
        var first = mask.IndexOf((byte)1);
        if (first < 0)
            return false;
        if (!segment.IsEncoded)
            return true;
        rows = mask.LastIndexOf((byte)1) - first + 1;
        start += first;
        _mask += first;
        Pick(start, rows);
        return true;
    }

    /// <summary>Picks the rows of the mask when they are so few that finding the values one by one is cheaper than decoding all.</summary>
    private void Pick(int start, int rows)
    {
        var mask = new Span<byte>(_mask, rows);
        if (mask.Count((byte)1) > rows / PickedShare)
            return;
        _picked = new PickedRows(_picks);
        for (var row = 0; row < rows; row++)
        {
            var next = mask[row..].IndexOf((byte)1);
            if (next < 0)
                break;
            row += next;
            _picked.Add(start + row);
        }

        mask[.._picked.Count].Fill(1);
    }

    private bool TryBoundTest(out ValueTest test)
    {
        test = default;
        return _boundColumn >= 0 && _columns.Length > 1 && _segment!.IsEncoded && _segment.HasColumn(_schema.IdOf(_boundColumn))
            && WantedRows.TryMake(_schema.IdOf(_boundColumn), _schema.Columns[_boundColumn].Type, _bound, out test);
    }
}
