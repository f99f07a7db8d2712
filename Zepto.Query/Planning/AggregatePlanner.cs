using Zepto.Query.Aggregates;
using Zepto.Query.Binding;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Aggregation;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>Finds the aggregates of a SELECT block and plans its grouping.</summary>
internal sealed class AggregatePlanner
{
    private readonly TableSource _source;
    private readonly Expression[] _keys;
    private readonly IReadOnlyList<Expression> _expressions;
    private readonly bool _hasHaving;
    private readonly List<FunctionCall> _calls = [];

    /// <param name="source">What FROM gives.</param>
    /// <param name="keys">GROUP BY.</param>
    /// <param name="expressions">Everything computed after grouping.</param>
    /// <param name="hasHaving">HAVING makes a block grouped too.</param>
    public AggregatePlanner(TableSource source, Expression[] keys, IReadOnlyList<Expression> expressions, bool hasHaving)
    {
        _source = source;
        _keys = keys;
        _expressions = expressions;
        _hasHaving = hasHaving;
        foreach (var expression in expressions)
            Collect(expression);
        IsGrouped = keys.Length > 0 || _calls.Count > 0 || hasHaving;
    }

    /// <summary>Whether rows are grouped at all.</summary>
    public bool IsGrouped { get; }

    /// <summary>Whether a function depends on the order of rows.</summary>
    public bool NeedsOrder => _calls.Exists(c => Is(c, "first") || Is(c, "last") || Is(c, "first_value") || Is(c, "last_value"));

    /// <summary>
    /// Whether the first and the last row of each series decide everything: grouped by the symbol or not at all, and only functions of the ends of
    /// the designated timestamp or of the symbol.
    /// </summary>
    public bool NeedsOnlyEdges(BaseTableSource table)
    {
        if (!IsGrouped || _keys.Any(k => !table.IsSymbol(k)))
            return false;
        return _calls.TrueForAll(c => c.Filter is null && (Is(c, "first") || Is(c, "last")
            || ((Is(c, "min") || Is(c, "max")) && c.Arguments is [var time] && table.IsTime(time))
            || (((Is(c, "count") && c.Distinct) || Is(c, "uniq") || Is(c, "any")) && c.Arguments is [var symbol] && table.IsSymbol(symbol))));
    }

    /// <summary>
    /// Reads the source, puts the grouping over it and declares its columns to the binder, which sees grouped rows from here on. A large stored table is
    /// read by several threads.
    /// </summary>
    /// <param name="where">Conditions on the rows; those that the source does not take care of are checked here.</param>
    /// <param name="binder">Binds over the source's columns.</param>
    public Operator Build(List<Expression> where, ExpressionBinder binder)
    {
        var all = where.ToArray();
        Operator result = CountsOnlyRows(where) is { } counted ? new TableRowsOperator(counted.Table, _calls.Count) : Aggregate(where, binder);
        for (var i = 0; i < _keys.Length; i++)
            binder.Define(_keys[i], i, result.Shape[i]);
        for (var i = 0; i < _calls.Count; i++)
            binder.Define(_calls[i], _keys.Length + i, result.Shape[_keys.Length + i]);
        binder.IsGrouped = true;
        if (result is not AggregateOperator leader || _source is not BaseTableSource { OnlyEdges: false } table)
            return result;
        return new ParallelAggregateOperator(leader, table.Scan!, () =>
        {
            var follower = table.MakeFollower();
            return new AggregatePlanner(follower, _keys, _expressions, _hasHaving)
                .Aggregate([.. all], new ExpressionBinder(follower.Scope, new SyntaxEquality(follower.Scope)));
        });
    }

    // A table knows how many rows it has, but not how many of them somebody sees.
    private BaseTableSource? CountsOnlyRows(List<Expression> where) =>
        _source is BaseTableSource { VisibleSymbols: null } && _keys.Length == 0 && where.Count == 0 && _calls.Count > 0 && _calls.TrueForAll(c => c is { Distinct: false, Levels: null, WithinGroup: null, Filter: null, Arguments: [Star { Table: null }] } && Is(c, "count"))
            ? _source as BaseTableSource
            : null;

    private AggregateOperator Aggregate(List<Expression> where, ExpressionBinder binder)
    {
        var input = _source.Build(where);
        binder.Clause = "in WHERE";
        var predicate = Conjunction.Bind(where, binder, _source);
        binder.Clause = "in GROUP BY";
        var keys = binder.Bind(_keys);
        binder.Clause = "inside another aggregate function";
        var arguments = new List<BoundExpression>();
        var functions = new AggregateFunction[_calls.Count];
        for (var i = 0; i < functions.Length; i++)
            functions[i] = Make(_calls[i], arguments, binder);
        var text = string.Join(", ", _calls.Select(c => ExpressionText.Of(c)));
        if (_keys.Length > 0)
            text += $"{(text.Length > 0 ? " " : "")}by {string.Join(", ", _keys.Select(ExpressionText.Of))}";
        if (predicate is not null)
            text += $" where {Conjunction.TextOf(where)}";
        return new AggregateOperator(input, keys, predicate, [.. arguments], functions, $"Aggregate {text}");
    }

    private AggregateFunction Make(FunctionCall call, List<BoundExpression> arguments, ExpressionBinder binder)
    {
        var table = _source as BaseTableSource;
        var order = new RowOrder(table?.TimeOrder, table?.ArrivalOrder);
        var isStar = call.Arguments is [Star];
        if (isStar && call.Arguments[0] is Star { Table: not null } star)
            throw SqlException.Type($"{call.Name} takes '*' without a table name,", star.Position);
        var values = isStar ? [] : binder.Bind(call.Arguments);
        var levels = call.Levels is null ? [] : binder.Bind(call.Levels);
        if (call.WithinGroup is { } within)
        {
            if (isStar)
                throw SqlException.Type($"{call.Name}(*) takes no WITHIN GROUP,", call.Position);
            if (within.Count != 1)
                throw SqlException.Type($"WITHIN GROUP of {call.Name} takes one expression,", call.Position);
            if (within[0].Descending)
                throw SqlException.Unsupported("WITHIN GROUP (ORDER BY … DESC) is not supported");
            values = [binder.Bind(within[0].Expression), .. values];
        }

        var bound = AggregateFunctions.Bind(call.Name, values, levels, call.Distinct, isStar, order, call.Position);
        var indexes = new int[bound.Arguments.Length];
        for (var i = 0; i < indexes.Length; i++)
        {
            indexes[i] = arguments.Count;
            arguments.Add(bound.Arguments[i]);
        }

        var function = bound.Create(indexes);
        if (call.Filter is not null)
        {
            function.FilterArgument = arguments.Count;
            arguments.Add(Conversions.ToBool(binder.Bind(call.Filter), call.Filter.Position));
        }

        return function;
    }

    // An aggregate inside an aggregate is left to the binder, which refuses it; those inside windows are arguments of the window.
    private void Collect(Expression expression) => SyntaxRewriter.Visit(expression, e =>
    {
        if (e is not FunctionCall { Over: null } call || !AggregateFunctions.IsAggregate(call.Name))
            return true;
        var equality = new SyntaxEquality(_source.Scope);
        if (!_calls.Exists(c => equality.AlwaysSame(c, call)))
            _calls.Add(call);
        return false;
    });

    private static bool Is(FunctionCall call, string name) => call.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
