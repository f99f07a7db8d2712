using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Expressions;

namespace Zepto.Query.Execution.Rows;

/// <summary>Computes a list of expressions for each row.</summary>
internal sealed class ProjectOperator(Operator input, BoundExpression[] expressions)
    : Operator(Array.ConvertAll(expressions, e => new ColumnShape(e.Type, e.Kind, e.Nullable)))
{
    private readonly Operator[] _inputs = [input];
    private EvaluationContext? _context;
    private QueryRun? _run;
    private NativeArena.Mark _mark;
    private bool _marked;

    public override ReadOnlySpan<Operator> Inputs => _inputs;

    public override string Describe() => $"Project {expressions.Length} columns";

    public override void Open(QueryRun run)
    {
        _run = run;
        _marked = false;
        _context = EvaluationContext.Of(_context, run, input.Shape.Length);
        input.Open(run);
    }

    public override bool Next()
    {
        ReleaseChunk();
        if (!input.Next())
            return false;
        _mark = _run!.Scratch.MarkPosition();
        _marked = true;
        input.Columns.CopyTo(_context!.Inputs, 0);
        _context.RowCount = RowCount = input.RowCount;
        for (var i = 0; i < expressions.Length; i++)
            Columns[i] = expressions[i].Evaluate(_context);
        return true;
    }

    // Columns that only pass through cost a little each chunk.
    public override double RowCostNs { get; } = 0.05 + expressions.Count(e => e is not ColumnReference);

    public override void PreferFirst(int column, bool descending)
    {
        if (expressions[column] is ColumnReference reference)
            input.PreferFirst(reference.Input, descending);
    }

    public override void LeaveOut(int column, in SortBound bound)
    {
        if (expressions[column] is ColumnReference reference)
            input.LeaveOut(reference.Input, bound);
    }

    public override void Close()
    {
        ReleaseChunk();
        input.Close();
    }

    private void ReleaseChunk()
    {
        if (!_marked)
            return;
        _run!.Scratch.Release(_mark);
        _marked = false;
    }
}
