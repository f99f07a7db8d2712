using Zepto.Native.Memory;
using Zepto.Query.Execution.Joins;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// The rows of a window operator's input, kept and brought into window order: partition by partition, rows in ORDER BY order. Rows that
/// come in that order are never moved.
/// </summary>
internal sealed unsafe class WindowBuffer
{
    private readonly WindowInput _input;
    private readonly SortKey[] _keys;
    private readonly int _tieColumn;
    private readonly bool _needsPeers;
    private readonly int _groupColumn;
    private readonly int _peerColumn;
    private readonly RowBuffer _rows;
    private readonly Vector[] _appended;
    private readonly WindowOrderCheck _check;
    private readonly RowSorter _sorter = new();
    private QueryRun? _run;
    private RowList _starts;
    private int* _order;
    private byte* _isNewPeer;

    /// <param name="input">Rows and their keys; complete.</param>
    /// <param name="keys">ORDER BY keys as columns of it.</param>
    /// <param name="tieColumn">Column that orders peers, or -1.</param>
    /// <param name="needsPeers">Whether peers must be told from each other.</param>
    public WindowBuffer(WindowInput input, SortKey[] keys, int tieColumn, bool needsPeers)
    {
        _input = input;
        _keys = keys;
        _tieColumn = tieColumn;
        _needsPeers = needsPeers && keys.Length > 0;
        var shape = new List<ColumnShape>(input.Shape);
        _groupColumn = input.IsPartitioned ? shape.Count : -1;
        if (input.IsPartitioned)
            shape.Add(JoinShapes.RowNumber);
        _peerColumn = _needsPeers ? shape.Count : -1;
        if (_needsPeers)
            shape.Add(new ColumnShape(ColumnType.Bool, VectorKind.Bool, false));
        _rows = new RowBuffer([.. shape]);
        _appended = new Vector[shape.Count];
        _check = new WindowOrderCheck(keys, tieColumn);
    }

    /// <summary>Rows held.</summary>
    public int RowCount => _rows.RowCount;

    /// <summary>Partitions, in window order.</summary>
    public int PartitionCount => _starts.Count;

    /// <summary>Row numbers in window order; null when the rows came so.</summary>
    public int* Order => _order;

    /// <summary>The rows in the order in which they came.</summary>
    public RowBuffer Rows => _rows;

    /// <summary>By position in window order, 0 for each row that is a peer of the one before; null unless asked for or when all are peers.</summary>
    public byte* IsNewPeer => _isNewPeer;

    /// <summary>Position of a partition's first row.</summary>
    public int PartitionStart(int partition) => partition == _starts.Count ? RowCount : _starts[partition];

    public void Open(QueryRun run)
    {
        _run = run;
        _rows.Reset(run.Arena);
        _check.Reset(run.Arena);
        _starts = new RowList(run.Arena);
        _order = null;
        _isNewPeer = null;
    }

    /// <summary>Reads the whole input and orders it.</summary>
    public void Read()
    {
        var mark = _run!.Scratch.MarkPosition();
        var peers = _needsPeers ? _run.Arena.Allocate<byte>(Operator.MaxChunkRows) : null;
        while (_input.Next())
        {
            _check.Add(_input, _rows.RowCount, ref _starts, peers);
            Append(peers);
            _run.Scratch.Release(mark);
        }

        if (RowCount == 0)
            return;
        if (!_check.InOrder)
            Sort();
        else if (_needsPeers)
            _isNewPeer = (byte*)Flat(_peerColumn, _run.Arena).Data;
        _run.Scratch.Release(mark);
    }

    /// <summary>All values of a column in window order, as one array: the rows' own memory where that is one, else a copy in an arena.</summary>
    public Vector Flat(int column, NativeArena arena)
    {
        var kind = _rows.Shape[column].Kind;
        if (_order == null && RowCount <= RowBuffer.BlockRows)
            return _rows.Slice(column, 0, RowCount);
        var target = (byte*)arena.Allocate((long)RowCount * Vector.WidthBytes(kind));
        if (_order != null)
            return _rows.Gather(column, _order, RowCount, target, false);
        for (var start = 0; start < RowCount;)
        {
            var count = Math.Min(RowCount - start, RowBuffer.BlockRows - (start % RowBuffer.BlockRows));
            ColumnCopy.Rows(_rows.Slice(column, start, count), 0, count, target + (long)start * Vector.WidthBytes(kind));
            start += count;
        }

        return Vector.Of(kind, target, RowCount, _rows.MayHaveNulls(column), _rows.Dictionary(column));
    }

    private void Append(byte* peers)
    {
        var rowCount = _input.RowCount;
        _input.Columns.CopyTo(_appended);
        if (_groupColumn >= 0)
        {
            _appended[_groupColumn] = _input.HasOneGroup
                ? Vector.OfConstant(VectorKind.Code, _input.Groups, rowCount, false)
                : Vector.Of(VectorKind.Code, _input.Groups, rowCount, false);
        }

        if (_peerColumn >= 0)
            _appended[_peerColumn] = Vector.Of(VectorKind.Bool, peers, rowCount, false);
        _rows.Append(_appended, rowCount);
    }

    private void Sort()
    {
        _sorter.Begin(_run!, RowCount);
        int* groups = null;
        if (_groupColumn >= 0)
        {
            groups = (int*)Flat(_groupColumn, _run!.Scratch).Data;
            var numbers = _run.Scratch.Allocate<long>(RowCount);
            for (var row = 0; row < RowCount; row++)
                numbers[row] = groups[row];
            _sorter.Add(numbers);
        }

        foreach (var key in _keys)
            _sorter.Add(_rows, key);
        if (_tieColumn >= 0)
            _sorter.Add(_rows, new SortKey(_tieColumn, Descending: false, NullsFirst: true));
        var order = _sorter.Sort();
        if (order != null)
        {
            // The order outlives the scratch memory it was made in.
            _order = _run!.Arena.Allocate<int>(RowCount);
            new Span<int>(order, RowCount).CopyTo(new Span<int>(_order, RowCount));
        }

        FindPartitions(groups);
    }

    private void FindPartitions(int* groups)
    {
        _starts.Clear();
        if (_needsPeers)
            _isNewPeer = _run!.Arena.Allocate<byte>(RowCount);
        var firstKey = groups == null ? 0 : 1;
        var before = -1;
        for (var position = 0; position < RowCount; position++)
        {
            var row = _order == null ? position : _order[position];
            var startsPartition = before < 0 || (groups != null && groups[row] != groups[before]);
            if (startsPartition)
                _starts.Add(position);
            if (_needsPeers)
                _isNewPeer[position] = startsPartition || !ArePeers(firstKey, before, row) ? (byte)1 : (byte)0;
            before = row;
        }
    }

    private bool ArePeers(int firstKey, int left, int right)
    {
        for (var key = firstKey; key < firstKey + _keys.Length; key++)
        {
            var values = _sorter.Values(key);
            if (values[left] != values[right])
                return false;
        }

        return true;
    }
}
