using Zepto.Query.Binding;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Planning;

/// <summary>Finds in WHERE what a scan can leave out: other symbols, other times, blocks without a match.</summary>
internal sealed class ScanRestrictionPlanner(Scope scope, TableSchema schema)
{
    /// <summary>Most constants of an IN that are looked up one by one in each segment.</summary>
    private const int MostItems = 256;

    private readonly ExpressionBinder _constants = new(Scope.Empty, new SyntaxEquality(Scope.Empty)) { Clause = "in WHERE" };
    private readonly ScanRestriction _restriction = new();

    /// <summary>The restriction; conditions that the scan meets exactly are removed from the list.</summary>
    public ScanRestriction Take(List<Expression> conjuncts)
    {
        for (var i = 0; i < conjuncts.Count;)
        {
            var bounds = _restriction.BlockBounds.Count;
            if (TryTake(conjuncts[i]))
            {
                conjuncts.RemoveAt(i);
                continue;
            }

            AddMask(conjuncts[i], _restriction.BlockBounds.GetRange(bounds, _restriction.BlockBounds.Count - bounds));
            i++;
        }

        return _restriction;
    }

    private void AddMask(Expression conjunct, List<ColumnBound> bounds)
    {
        // BETWEEN has two, and it is exact when both are.
        if (bounds.Count == (conjunct is Between ? 2 : 1) && bounds.TrueForAll(b => RowMask.IsExact(schema.Columns[b.Column].Type, b.Value)))
            _restriction.MaskBounds.AddRange(bounds.Select(b => (conjunct, b)));
    }

    private bool TryTake(Expression conjunct)
    {
        switch (conjunct)
        {
            case Binary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual } comparison:
                if (scope.IndexOf(comparison.Left) is >= 0 and var left && IsConstant(comparison.Right))
                    return TryBound(left, comparison.Operator, comparison.Right);
                return scope.IndexOf(comparison.Right) is >= 0 and var right && IsConstant(comparison.Left)
                    && TryBound(right, comparison.Operator.Swap(), comparison.Left);
            case Between { Negated: false } between when scope.IndexOf(between.Operand) is >= 0 and var column && IsConstant(between.Low) && IsConstant(between.High):
                // Both or none: a bound that is not exact leaves the whole condition to the filter.
                return TryBound(column, BinaryOperator.GreaterOrEqual, between.Low) & TryBound(column, BinaryOperator.LessOrEqual, between.High);
            case InList { Negated: false } list when scope.IndexOf(list.Operand) == schema.SymbolIndex && schema.SymbolIndex >= 0 && list.Items.All(IsConstant):
                return TrySymbols(list.Items);
            case InList { Negated: false } list when scope.IndexOf(list.Operand) is >= 0 and var column && list.Items.Count <= MostItems && list.Items.All(IsConstant):
                AddItems(column, list.Items);
                return false;
            default:
                return false;
        }
    }

    private bool TryBound(int column, BinaryOperator operation, Expression constant)
    {
        if (column == schema.SymbolIndex)
            return operation == BinaryOperator.Equal && TrySymbols([constant]);
        if (operation == BinaryOperator.NotEqual)
            return false;
        var value = _constants.Bind(constant);
        if (column == schema.TimestampIndex)
        {
            if (value.Type == ColumnType.String)
                value = Conversions.ToTimestamp(value, constant.Position);
            if (value.Kind is not (VectorKind.Int64 or VectorKind.Float64))
                return false;
            _restriction.TimeBounds.Add(new ColumnBound(column, operation, value));
            return true;
        }

        var type = schema.Columns[column].Type;
        if ((TypeNames.IsNumber(type) || type == ColumnType.Timestamp) && (TypeNames.IsNumber(value.Type) || value.Type == ColumnType.Timestamp))
            _restriction.BlockBounds.Add(new ColumnBound(column, operation, value));
        AddBound(column, operation, value, constant.Position);
        return false;
    }

    private void AddBound(int column, BinaryOperator operation, BoundExpression value, int position)
    {
        var attribute = schema.Columns[column].Attribute;
        // Only values that are sorted, or that an index has in their order, have ranges; codes have none that mean anything.
        var hasRanges = attribute is ColumnAttribute.Sorted or ColumnAttribute.Grouped && !TypeNames.IsText(schema.Columns[column].Type);
        if (attribute != ColumnAttribute.None && (operation == BinaryOperator.Equal || hasRanges) && TryKey(column, ref value, position))
            ConditionOn(column).Bounds.Add(new ColumnBound(column, operation, value));
    }

    private void AddItems(int column, IReadOnlyList<Expression> items)
    {
        if (schema.Columns[column].Attribute == ColumnAttribute.None)
            return;
        var values = _constants.Bind(items);
        for (var i = 0; i < values.Length; i++)
        {
            if (!TryKey(column, ref values[i], items[i].Position))
                return;
        }

        ConditionOn(column).Items ??= values;
    }

    /// <summary>Whether a constant can be looked up among a column's values.</summary>
    private bool TryKey(int column, ref BoundExpression value, int position)
    {
        var type = schema.Columns[column].Type;
        if (value is NullConstant)
            return false;
        if (TypeNames.IsText(type))
            return (value.Type == ColumnType.String && value.Kind == VectorKind.Text) || (type == ColumnType.Symbol && TypeNames.IsInteger(value.Type));
        if (type == ColumnType.Timestamp && value.Type == ColumnType.String)
            value = Conversions.ToTimestamp(value, position);
        if (!TypeNames.IsNumber(value.Type) && value.Type != ColumnType.Timestamp)
            return false;
        return TypeNames.IsFloat(type) || value.Kind == VectorKind.Int64;
    }

    private IndexCondition ConditionOn(int column)
    {
        if (_restriction.IndexConditions.Find(c => c.Column == column) is { } known)
            return known;
        var condition = new IndexCondition(column);
        _restriction.IndexConditions.Add(condition);
        return condition;
    }

    private bool TrySymbols(IReadOnlyList<Expression> items)
    {
        if (_restriction.Symbols is not null)
            return false;
        var values = _constants.Bind(items);
        foreach (var value in values)
        {
            if (value is NullConstant || !(TypeNames.IsInteger(value.Type) || (value.Type == ColumnType.String && value.Kind == VectorKind.Text)))
                return false;
        }

        _restriction.Symbols = values;
        return true;
    }

    private static bool IsConstant(Expression expression) => !SyntaxRewriter.Contains(expression, e => e is ColumnName or Star or ScalarQuery or InQuery or Exists);
}
