using Zepto.Query.Execution.Grouping;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// Reads a window operator's input and computes what the window needs of each chunk: the partition of each row, and the columns of keys and
/// arguments behind the input's own. Open, then Next until false; each chunk is valid until the next call.
/// </summary>
internal sealed unsafe class WindowInput
{
    private readonly Operator _input;
    private readonly BoundExpression[] _partitionBy;
    private readonly Vector[] _partitionColumns;
    private readonly int[] _partitionKeys;
    private readonly KeyGrouper _grouper;
    private readonly List<BoundExpression> _computed = [];
    private readonly List<ColumnShape> _shape;
    private EvaluationContext? _context;
    private QueryRun? _run;
    private Vector[] _columns = [];
    private int* _groups;

    public WindowInput(Operator input, BoundExpression[] partitionBy)
    {
        _input = input;
        _partitionBy = partitionBy;
        _partitionColumns = new Vector[partitionBy.Length];
        _partitionKeys = [.. Enumerable.Range(0, partitionBy.Length)];
        var kinds = Array.ConvertAll(partitionBy, key => key.Kind);
        _grouper = new KeyGrouper(kinds, kinds, groupNulls: true);
        _shape = [.. input.Shape];
    }

    /// <summary>Whether there can be several partitions.</summary>
    public bool IsPartitioned => _partitionBy.Length > 0;

    /// <summary>The input's columns and the added ones.</summary>
    public List<ColumnShape> Shape => _shape;

    /// <summary>Columns of the chunk, as <see cref="Shape"/> says.</summary>
    public ReadOnlySpan<Vector> Columns => _columns;

    /// <summary>Rows of the chunk.</summary>
    public int RowCount => _input.RowCount;

    /// <summary>Whether all rows of the chunk are of the first row's partition.</summary>
    public bool HasOneGroup { get; private set; }

    /// <summary>Partition of each row, numbered in order of appearance; only the first is set when all are equal.</summary>
    public int* Groups => _groups;

    /// <summary>Column that holds an expression's values; before the first Open.</summary>
    public int Add(BoundExpression expression)
    {
        if (expression is ColumnReference column)
            return column.Input;
        _computed.Add(expression);
        _shape.Add(new ColumnShape(expression.Type, expression.Kind, expression.Nullable));
        return _shape.Count - 1;
    }

    public void Open(QueryRun run)
    {
        _run = run;
        _context = EvaluationContext.Of(_context, run, _input.Shape.Length);
        if (_columns.Length != _shape.Count)
            _columns = new Vector[_shape.Count];
        _groups = run.Arena.Allocate<int>(Operator.MaxChunkRows);
        *_groups = 0;
        HasOneGroup = true;
        _grouper.Reset(run.Arena);
        _input.Open(run);
    }

    /// <summary>Moves to the next chunk; what it computes lies in the run's scratch memory, which the caller marks and releases.</summary>
    public bool Next()
    {
        if (!_input.Next())
            return false;
        _run!.ThrowIfStopped();
        _input.Columns.CopyTo(_context!.Inputs, 0);
        _input.Columns.CopyTo(_columns, 0);
        _context.RowCount = _input.RowCount;
        var column = _input.Columns.Length;
        foreach (var expression in _computed)
            _columns[column++] = expression.Evaluate(_context);
        if (IsPartitioned)
            FindGroups();
        return true;
    }

    public void Close() => _input.Close();

    private void FindGroups()
    {
        HasOneGroup = true;
        for (var i = 0; i < _partitionBy.Length; i++)
        {
            _partitionColumns[i] = _partitionBy[i].Evaluate(_context!);
            HasOneGroup &= _partitionColumns[i].IsConstant;
        }

        _grouper.Add(_partitionColumns, _partitionKeys, HasOneGroup ? 1 : RowCount, _groups);
    }
}
