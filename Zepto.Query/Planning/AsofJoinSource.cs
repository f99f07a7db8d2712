using Zepto.Query.Binding;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Joins;
using Zepto.Query.Execution.Rows;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>
/// An ASOF join: the left's columns, then the right's. Conditions on the left alone are applied before the join, except on a time that the join
/// replaces by the right's.
/// </summary>
internal sealed class AsofJoinSource(TableSource left, TableSource right, bool keepsUnmatched, bool showsRightTime)
    : TableSource(new Scope([.. left.Scope.Columns, .. right.Scope.Columns]))
{
    private readonly List<(Expression Left, Expression Right)> _keys = [];
    private (Expression Left, Expression Right, AsofComparison Comparison)? _time;

    public TableSource Left => left;

    public TableSource Right => right;

    public bool HasTime => _time is not null;

    /// <summary>Values that must be equal.</summary>
    public void AddKey(Expression leftKey, Expression rightKey) => _keys.Add((leftKey, rightKey));

    /// <summary>The inequality, left first.</summary>
    public void SetTime(Expression leftTime, Expression rightTime, AsofComparison comparison) => _time = (leftTime, rightTime, comparison);

    public override Operator Build(List<Expression> conjuncts)
    {
        var (leftTime, rightTime, comparison) = _time!.Value;
        var replaced = showsRightTime && leftTime is ColumnName shown ? left.Scope.Find(shown) : null;
        var onLeft = conjuncts.FindAll(
            c => !SyntaxRewriter.Contains(c, e => e is ColumnName name && (left.Scope.Find(name) is not { } column || column == replaced)));
        conjuncts.RemoveAll(onLeft.Contains);
        foreach (var conjunct in conjuncts)
            MarkUsed(Scope, conjunct);
        // What is read for the join alone does not come out of it.
        var output = right.Scope.Columns.Where(c => c.IsUsed).ToArray();
        MarkUsed(left.Scope, leftTime);
        MarkUsed(right.Scope, rightTime);
        foreach (var (leftKey, rightKey) in _keys)
        {
            MarkUsed(left.Scope, leftKey);
            MarkUsed(right.Scope, rightKey);
        }

        // Rows of one series come in order of designated time and arrival; else the arrival number decides among equal times.
        var rightTable = right as BaseTableSource;
        if (rightTable is not null && !(_keys.Exists(k => rightTable.IsSymbol(k.Right)) && rightTable.IsTime(rightTime)))
            rightTable.NeedsOrder = true;

        var leftSide = new Side(left, left.Build(onLeft));
        leftSide.Filter(onLeft);
        var rightSide = new Side(right, right.Build([]));
        foreach (var (leftKey, rightKey) in _keys)
            Add(leftSide, rightSide, leftKey, rightKey);
        Add(leftSide, rightSide, leftTime, rightTime);
        var leftInput = leftSide.Finish();
        var rightInput = rightSide.Finish();
        var rightOutput = Array.ConvertAll(output, c => c.Index);
        foreach (var column in right.Scope.Columns)
        {
            var place = Array.IndexOf(output, column);
            column.Index = place < 0 ? -1 : leftInput.Shape.Length + place;
            column.Shape = column.Shape with { Nullable = column.Shape.Nullable || keepsUnmatched };
        }

        return new AsofJoinOperator(
            leftInput, rightInput, [.. leftSide.Columns.SkipLast(1)], [.. rightSide.Columns.SkipLast(1)], leftSide.Columns[^1], rightSide.Columns[^1], comparison,
            keepsUnmatched, showsRightTime, rightTable?.SequenceIndex ?? -1, rightOutput);
    }

    private static void Add(Side leftSide, Side rightSide, Expression leftValue, Expression rightValue)
    {
        var (l, r) = (leftSide.Bind(leftValue), rightSide.Bind(rightValue));
        Coercion.ForComparison(ref l, ref r, leftValue.Position);
        leftSide.AddColumn(l);
        rightSide.AddColumn(r);
    }

    /// <summary>One input of the join and where its keys lie; keys that are no plain columns are computed into columns behind them.</summary>
    private sealed class Side(TableSource source, Operator input)
    {
        private readonly ExpressionBinder _binder = new(source.Scope, new SyntaxEquality(source.Scope)) { Clause = "in the ON of a join" };
        private readonly List<BoundExpression> _computed = [];

        public List<int> Columns { get; } = [];

        public void Filter(List<Expression> conjuncts)
        {
            if (Conjunction.Bind(conjuncts, _binder) is { } predicate)
                input = new FilterOperator(input, predicate, Conjunction.TextOf(conjuncts));
        }

        public BoundExpression Bind(Expression expression) => _binder.Bind(expression);

        public void AddColumn(BoundExpression value)
        {
            if (value is ColumnReference column)
            {
                Columns.Add(column.Input);
                return;
            }

            Columns.Add(input.Shape.Length + _computed.Count);
            _computed.Add(value);
        }

        public Operator Finish()
        {
            if (_computed.Count == 0)
                return input;
            var all = input.Shape.Select((shape, i) => ExpressionBinder.Reference(i, shape)).Concat(_computed);
            return new ProjectOperator(input, [.. all]);
        }
    }
}
