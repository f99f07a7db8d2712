using Zepto.Query.Expressions;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Syntax;

namespace Zepto.Query.Execution.Rows;

/// <summary>Skips OFFSET rows and gives LIMIT rows; both are constants of the statement, read at Open.</summary>
internal sealed class LimitOperator(Operator input, BoundExpression? limit, BoundExpression? offset) : Operator(input.Shape)
{
    private readonly Operator[] _inputs = [input];
    private EvaluationContext? _context;
    private long _toSkip;
    private long _left;

    public override ReadOnlySpan<Operator> Inputs => _inputs;

    public override int AscendingColumn => input.AscendingColumn;

    public override string Describe() => offset is null ? "Limit" : "Limit with offset";

    public override void Open(QueryRun run)
    {
        _context = EvaluationContext.Of(_context, run, 0);
        _left = Count(limit, _context, "LIMIT", long.MaxValue);
        _toSkip = Count(offset, _context, "OFFSET", 0);
        // A sort below needs to keep no more rows than are looked at here.
        if (input is SortOperator sort)
            sort.MaxRows = _left > long.MaxValue - _toSkip ? long.MaxValue : _left + _toSkip;
        input.Open(run);
    }

    public override bool Next()
    {
        while (_left > 0 && input.Next())
        {
            var start = (int)Math.Min(_toSkip, input.RowCount);
            _toSkip -= start;
            var rows = (int)Math.Min(_left, input.RowCount - start);
            if (rows == 0)
                continue;
            _left -= rows;
            RowCount = rows;
            for (var i = 0; i < Columns.Length; i++)
                Columns[i] = input.Columns[i].Slice(start, rows);
            return true;
        }

        return false;
    }

    public override void Close() => input.Close();

    private static long Count(BoundExpression? expression, EvaluationContext context, string clause, long missing)
    {
        if (expression is null || !ConstantValue.TryInt64(expression, context, out var value))
            return missing;
        return value >= 0 ? value : throw SqlException.Value($"{clause} must not be negative, got {value}");
    }
}
