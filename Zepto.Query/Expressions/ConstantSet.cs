using BitOperations = System.Numerics.BitOperations;
using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>
/// `x IN (constants)` for integers, times and text: a table is built from the items a chunk, since their values belong to the run. Codes are
/// answered by the items' codes.
/// </summary>
internal sealed unsafe class ConstantSet : BoundExpression
{
    // Up to this many items one compare pass each is faster than a table.
    private const int PassesMax = 4;

    private readonly BoundExpression[] _operands;
    private readonly bool _negated;

    private ConstantSet(BoundExpression[] operands, bool negated)
        : base(ColumnType.Bool, VectorKind.Bool, Array.Exists(operands, o => o.Nullable))
    {
        _operands = operands;
        _negated = negated;
    }

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    /// <summary>Null when the items are few, not constant or not of the operand's form.</summary>
    public static ConstantSet? TryCreate(BoundExpression x, IReadOnlyList<BoundExpression> items, bool negated, int position)
    {
        if (items.Count <= PassesMax || x.Kind is VectorKind.Float64 or VectorKind.Bool || x is NullConstant)
            return null;
        var operands = new BoundExpression[items.Count + 1];
        operands[0] = x;
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (!item.IsConstant)
                return null;
            if (item is NullConstant)
                item = new NullConstant(x.Type == ColumnType.Symbol ? ColumnType.String : x.Type, isUntyped: false);
            else if (x.Type == ColumnType.Timestamp && item.Type == ColumnType.String)
                item = Conversions.ToTimestamp(item, position);
            if (TypeNames.IsText(x.Type) ? !TypeNames.IsText(item.Type) || item.Kind != VectorKind.Text : item.Kind != VectorKind.Int64 || item.Type == ColumnType.Bool)
                return null;
            operands[i + 1] = item;
        }

        return new ConstantSet(operands, negated);
    }

    public override Vector Evaluate(EvaluationContext context)
    {
        var input = _operands[0].Evaluate(context);
        var target = context.Arena.Allocate<byte>(input.StoredCount);
        var mask = new Span<byte>(target, input.StoredCount);
        var mark = context.Arena.MarkPosition();
        var hasNull = input.Kind switch
        {
            VectorKind.Int64 => Integers(context, input.Int64, mask),
            VectorKind.Code => Codes(context, input, mask),
            _ => Texts(context, input.Text, mask),
        };
        context.Arena.Release(mark);
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] == 0 && hasNull)
                mask[i] = 2;
        }

        if (_negated)
            MaskKernels.Not(mask, mask);
        return ConstantVectors.Like(input, VectorKind.Bool, target, input.MayHaveNulls || hasNull);
    }

    private bool Integers(EvaluationContext context, ReadOnlySpan<long> values, Span<byte> mask)
    {
        var table = Table<long>(context, out var slotMask);
        table.Fill(NullValue.Of<long>());
        var hasNull = false;
        for (var i = 1; i < _operands.Length; i++)
        {
            var item = _operands[i].Evaluate(context).Int64[0];
            if (NullValue.Is(item))
                hasNull = true;
            else
                table[Find(table, slotMask, item)] = item;
        }

        for (var i = 0; i < values.Length; i++)
            mask[i] = NullValue.Is(values[i]) ? (byte)2 : table[Find(table, slotMask, values[i])] == values[i] ? (byte)1 : (byte)0;
        return hasNull;
    }

    private bool Codes(EvaluationContext context, in Vector input, Span<byte> mask)
    {
        var table = Table<long>(context, out var slotMask);
        table.Fill(NullValue.Of<long>());
        var hasNull = false;
        for (var i = 1; i < _operands.Length; i++)
        {
            var item = _operands[i].Evaluate(context).Text[0];
            if (item.IsNull)
                hasNull = true;
            else if (input.TryFindCode(item.Bytes, out var code))
                table[Find(table, slotMask, code)] = code;
        }

        var codes = input.Codes;
        for (var i = 0; i < codes.Length; i++)
            mask[i] = codes[i] == 0 ? (byte)2 : table[Find(table, slotMask, codes[i])] == codes[i] ? (byte)1 : (byte)0;
        return hasNull;
    }

    private bool Texts(EvaluationContext context, ReadOnlySpan<TextRef> values, Span<byte> mask)
    {
        var table = Table<TextRef>(context, out var slotMask);
        table.Clear();
        var hasNull = false;
        for (var i = 1; i < _operands.Length; i++)
        {
            var item = _operands[i].Evaluate(context).Text[0];
            if (item.IsNull)
                hasNull = true;
            else
                table[Find(table, slotMask, item)] = item;
        }

        for (var i = 0; i < values.Length; i++)
            mask[i] = values[i].IsNull ? (byte)2 : table[Find(table, slotMask, values[i])].IsNull ? (byte)0 : (byte)1;
        return hasNull;
    }

    // Open addressing, at most half full.
    private Span<T> Table<T>(EvaluationContext context, out int slotMask) where T : unmanaged
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)_operands.Length * 2);
        slotMask = slots - 1;
        return context.Arena.AllocateSpan<T>(slots);
    }

    private static int Find(ReadOnlySpan<long> table, int slotMask, long value)
    {
        var slot = (int)((ulong)value * 0x9E37_79B9_7F4A_7C15 >> 32) & slotMask;
        while (!NullValue.Is(table[slot]) && table[slot] != value)
            slot = (slot + 1) & slotMask;
        return slot;
    }

    private static int Find(ReadOnlySpan<TextRef> table, int slotMask, TextRef value)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in value.Bytes)
            hash = (hash ^ b) * 1099511628211UL;
        var slot = (int)(hash ^ (hash >> 32)) & slotMask;
        while (!table[slot].IsNull && !table[slot].Bytes.SequenceEqual(value.Bytes))
            slot = (slot + 1) & slotMask;
        return slot;
    }
}
