using Zepto.Query.Binding;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Windows;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>Finds the window calls of a SELECT block and plans one operator for all that share PARTITION BY and ORDER BY.</summary>
internal sealed class WindowPlanner
{
    private readonly TableSource _source;
    private readonly IReadOnlyList<NamedWindow> _named;
    private readonly List<(FunctionCall Call, WindowSpecification Window)> _calls = [];

    public WindowPlanner(TableSource source, IReadOnlyList<NamedWindow> named, IReadOnlyList<Expression> expressions, SelectNames names)
    {
        _source = source;
        _named = named;
        foreach (var expression in expressions)
            SyntaxRewriter.Visit(expression, e => !Collect(e, names));
    }

    /// <summary>Whether rows of equal keys must be put in the order of arrival.</summary>
    public bool NeedsOrder => _calls.Exists(c => c.Window.OrderBy.Count > 0);

    /// <summary>What the windows of the calls are made of; a named one is not part of the call that uses it.</summary>
    public IEnumerable<Expression> Parts => _calls.SelectMany(c => PartsOf(c.Window));

    /// <summary>Puts the window operators over the input and declares their columns to the binder.</summary>
    public Operator Build(Operator input, ExpressionBinder binder)
    {
        var equality = new SyntaxEquality(_source.Scope);
        var left = new List<(FunctionCall Call, WindowSpecification Window)>(_calls);
        while (left.Count > 0)
        {
            var window = left[0].Window;
            var alike = left.FindAll(c => ReferenceEquals(c.Window, window) || equality.AlwaysSame(c.Window, window));
            left.RemoveAll(alike.Contains);
            input = Build(input, window, alike, binder);
        }

        return input;
    }

    private WindowOperator Build(Operator input, WindowSpecification window, List<(FunctionCall Call, WindowSpecification Window)> calls, ExpressionBinder binder)
    {
        binder.Clause = "inside a window";
        var partitionBy = binder.Bind(window.PartitionBy);
        var orderBy = window.OrderBy.Select(o => new WindowOrder(binder.Bind(o.Expression), o.Descending, o.NullsFirst ?? false)).ToArray();
        var arguments = new List<BoundExpression>();
        var functions = new WindowFunction[calls.Count];
        for (var i = 0; i < functions.Length; i++)
        {
            var (call, own) = calls[i];
            if (call.Distinct || call.Filter is not null || call.Levels is not null || call.WithinGroup is not null)
                throw SqlException.Unsupported($"{call.Name} over a window takes plain arguments only: no DISTINCT, FILTER or WITHIN GROUP");
            var isStar = call.Arguments is [Star];
            var bound = WindowFunctions.Bind(
                call.Name, isStar ? [] : binder.Bind(call.Arguments), BindFrame(own.Frame, binder), window.OrderBy.Count > 0, isStar, call.Position);
            var first = arguments.Count;
            arguments.AddRange(bound.Arguments);
            functions[i] = bound.Create([.. Enumerable.Range(first, bound.Arguments.Length)]);
        }

        var tieBreak = binder.IsGrouped ? null : (_source as BaseTableSource)?.ArrivalOrder;
        var text = string.Join(", ", calls.Select(c => ExpressionText.Of(c.Call)));
        var inOrder = !binder.IsGrouped && input is not WindowOperator && IsScanOrder(window);
        var result = new WindowOperator(input, partitionBy, orderBy, tieBreak, [.. arguments], functions, text, inOrder);
        for (var i = 0; i < functions.Length; i++)
            binder.Define(calls[i].Call, input.Shape.Length + i, result.Shape[input.Shape.Length + i]);
        return result;
    }

    // A scan gives series after series, each in the order of time and arrival.
    private bool IsScanOrder(WindowSpecification window)
    {
        if (_source is not BaseTableSource table || window.OrderBy is not [{ Descending: false, Expression: var time }] || !table.IsTime(time))
            return false;
        return window.PartitionBy switch
        {
            [] => table.ReadsOneSeries,
            [var symbol] => table.IsSymbol(symbol),
            _ => false,
        };
    }

    private static IEnumerable<Expression> PartsOf(WindowSpecification window) => window.PartitionBy.Concat(window.OrderBy.Select(o => o.Expression));

    private static BoundFrame? BindFrame(WindowFrame? frame, ExpressionBinder binder) =>
        frame is null ? null : new BoundFrame(frame.Range, BindEdge(frame.Start, binder), BindEdge(frame.End, binder));

    private static BoundFrameEdge BindEdge(FrameBound bound, ExpressionBinder binder)
    {
        var offset = bound.Offset is null ? null : binder.Bind(bound.Offset);
        if (offset is { IsConstant: false })
            throw SqlException.Type("the offset of a frame must be a constant,", bound.Offset!.Position);
        return new BoundFrameEdge(bound.Kind, offset);
    }

    private bool Collect(Expression expression, SelectNames names)
    {
        if (expression is not FunctionCall { Over: { } over } call)
            return false;
        var window = over;
        if (over.Name is not null)
        {
            window = _named.FirstOrDefault(n => n.Name == over.Name)?.Specification
                ?? throw new SqlException(StatementErrorKind.UnknownColumn, $"Unknown window: {over.Name} at position {over.Position}");
            window = window with
            {
                PartitionBy = [.. window.PartitionBy.Select(names.Expand)],
                OrderBy = [.. window.OrderBy.Select(o => o with { Expression = names.Expand(o.Expression) })],
            };
            foreach (var part in PartsOf(window))
                TableSource.MarkUsed(_source.Scope, part);
        }

        var equality = new SyntaxEquality(_source.Scope);
        if (!_calls.Exists(c => equality.AlwaysSame(c.Call, call)))
            _calls.Add((call, window));
        return true;
    }
}
