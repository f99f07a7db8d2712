using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Rows;

/// <summary>Keeps the rows for which a predicate is true (neither false nor NULL).</summary>
internal sealed unsafe class FilterOperator(Operator input, BoundExpression predicate, string text) : Operator(input.Shape)
{
    private readonly Operator[] _inputs = [input];
    private readonly void*[] _buffers = new void*[input.Shape.Length];
    private EvaluationContext? _context;
    private QueryRun? _run;
    private int* _selected;

    public override ReadOnlySpan<Operator> Inputs => _inputs;

    public override double RowCostNs => 2 + (0.5 * Shape.Length);

    public override int AscendingColumn => input.AscendingColumn;

    public override string Describe() => $"Filter {text}";

    public override void Open(QueryRun run)
    {
        _run = run;
        _context = EvaluationContext.Of(_context, run, Shape.Length);
        _selected = run.Arena.Allocate<int>(MaxChunkRows + 32);
        for (var i = 0; i < _buffers.Length; i++)
            _buffers[i] = run.Arena.Allocate((long)MaxChunkRows * Vector.WidthBytes(Shape[i].Kind));
        input.Open(run);
    }

    public override bool Next()
    {
        while (input.Next())
        {
            input.Columns.CopyTo(_context!.Inputs, 0);
            _context.RowCount = input.RowCount;
            var mark = _run!.Scratch.MarkPosition();
            var keep = predicate.Evaluate(_context);
            var count = keep.IsConstant
                ? keep.Bool[0] == 1 ? input.RowCount : 0
                : Selection.FromPredicate(keep.Bool, _selected);
            _run.Scratch.Release(mark);
            if (count == 0)
                continue;
            Serve(count);
            return true;
        }

        return false;
    }

    public override void PreferFirst(int column, bool descending) => input.PreferFirst(column, descending);

    public override void LeaveOut(int column, in SortBound bound) => input.LeaveOut(column, bound);

    public override void Close() => input.Close();

    private void Serve(int count)
    {
        RowCount = count;
        if (count == input.RowCount)
        {
            input.Columns.CopyTo(Columns, 0);
            return;
        }

        var selected = new ReadOnlySpan<int>(_selected, count);
        for (var i = 0; i < Columns.Length; i++)
            Columns[i] = Selection.Gather(input.Columns[i], selected, _buffers[i]);
    }
}
