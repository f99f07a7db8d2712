using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// Finds the rows of slices by the attribute of one column: evaluates its conditions to keys, once a run, and gives them to the index. The rows found are those
/// that meet the conditions, and sometimes more.
/// </summary>
internal sealed unsafe class IndexProbe(IndexCondition condition, TableSchema schema, CodeDictionary? dictionary, MemoryBudget indexMemory)
{
    private readonly ColumnDefinition _column = schema.Columns[condition.Column];
    private readonly IndexSearch _search =
        new(schema.IdOf(condition.Column), schema.Columns[condition.Column].Type, schema.Columns[condition.Column].Attribute, indexMemory);
    private KeyRange* _keys;
    private int _keyCount;

    /// <summary>The attribute.</summary>
    public ColumnAttribute Attribute => _column.Attribute;

    /// <summary>For EXPLAIN.</summary>
    public string Text => $"{_column.Name} {TypeNames.Keyword(_column.Attribute)}";

    /// <summary>Evaluates the constants; after the snapshot was taken, so that texts of its rows have codes.</summary>
    public void Open(EvaluationContext context, NativeArena arena)
    {
        var whole = BoundKeys.All;
        foreach (var bound in condition.Bounds)
            whole = Narrow(whole, bound.Operator, bound.Value, context);
        _keyCount = 0;
        if (condition.Items is not null)
        {
            TakeItems(condition.Items, whole, context, arena);
            return;
        }

        _keys = arena.Allocate<KeyRange>(1);
        if (whole.First <= whole.Last)
            _keys[_keyCount++] = whole;
    }

    /// <summary>As <see cref="IndexSearch.Find"/>.</summary>
    public bool Find(in SliceRows slice, RowRange within, long sequence, bool onlyKnown, ref RowRanges rows)
    {
        var settledEnd = slice.IsSettled || slice.EndRow == slice.Segment.Capacity ? slice.EndRow : 0;
        return _search.Find(slice.Segment, within, settledEnd, sequence, new ReadOnlySpan<KeyRange>(_keys, _keyCount), onlyKnown, ref rows);
    }

    private void TakeItems(BoundExpression[] items, KeyRange whole, EvaluationContext context, NativeArena arena)
    {
        var values = arena.AllocateSpan<long>(items.Length);
        var count = 0;
        foreach (var item in items)
        {
            var range = Narrow(whole, BinaryOperator.Equal, item, context);
            // An item is one key, or none.
            if (range.First == range.Last)
                values[count++] = range.First;
        }

        values[..count].Sort();
        _keys = arena.Allocate<KeyRange>(count);
        for (var i = 0; i < count; i++)
        {
            if (i == 0 || values[i] != values[i - 1])
                _keys[_keyCount++] = new KeyRange(values[i], values[i]);
        }
    }

    private KeyRange Narrow(KeyRange range, BinaryOperator operation, BoundExpression constant, EvaluationContext context) =>
        TryKey(constant, context, out var key) ? BoundKeys.Intersect(range, BoundKeys.Of(operation, key)) : BoundKeys.None;

    /// <summary>A constant's key; false when no stored value compares with it, as with NULL, or none equals it.</summary>
    private bool TryKey(BoundExpression constant, EvaluationContext context, out long key)
    {
        key = 0;
        if (TypeNames.IsText(_column.Type))
        {
            if (!TryCode(ConstantValue.Of(constant, context), out var code))
                return false;
            key = code;
            return true;
        }

        if (!TypeNames.IsFloat(_column.Type))
            return ConstantValue.TryInt64(constant, context, out key);
        if (!ConstantValue.TryFloat64(constant, context, out var value))
            return false;
        key = OrderKeys.Of(value);
        return true;
    }

    private bool TryCode(in Vector value, out int code)
    {
        code = 0;
        if (value.Kind == VectorKind.Int64)
        {
            code = value.Int64[0] is > 0 and <= int.MaxValue ? (int)value.Int64[0] : 0;
            return code != 0;
        }

        return !value.Text[0].IsNull && dictionary!.TryFind(value.Text[0].Bytes, out code);
    }
}
