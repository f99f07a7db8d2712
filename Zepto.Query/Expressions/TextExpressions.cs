using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>Joins texts: `||` gives NULL where an operand is NULL, concat() passes over it.</summary>
internal sealed unsafe class ConcatExpression(BoundExpression[] operands, bool skipNulls)
    : BoundExpression(ColumnType.String, VectorKind.Text, !skipNulls && Array.Exists(operands, o => o.Nullable))
{
    private readonly Vector[] _inputs = new Vector[operands.Length];

    public override bool IsConstant => Array.TrueForAll(operands, o => o.IsConstant);

    public override ReadOnlySpan<BoundExpression> Operands => operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var shape = default(Vector);
        var nulls = false;
        for (var i = 0; i < operands.Length; i++)
        {
            _inputs[i] = operands[i].Evaluate(context);
            nulls |= _inputs[i].MayHaveNulls;
            if (i == 0 || shape.IsConstant)
                shape = _inputs[i];
        }

        var target = context.Arena.Allocate<TextRef>(shape.StoredCount);
        for (var row = 0; row < shape.StoredCount; row++)
            target[row] = Join(context, row);
        return ConstantVectors.Like(shape, VectorKind.Text, target, nulls && !skipNulls);
    }

    private TextRef Join(EvaluationContext context, int row)
    {
        long length = 0;
        foreach (ref readonly var input in _inputs.AsSpan())
        {
            var part = input.Text[input.IsConstant ? 0 : row];
            if (part.IsNull && !skipNulls)
                return default;
            length += part.LengthBytes;
        }

        if (length > int.MaxValue)
            throw Syntax.SqlException.Value("The text that concat makes is longer than 2 GiB");
        var address = (byte*)context.Arena.Allocate(Math.Max(length, 1), 1);
        var rest = new Span<byte>(address, (int)length);
        foreach (ref readonly var input in _inputs.AsSpan())
        {
            var part = input.Text[input.IsConstant ? 0 : row].Bytes;
            part.CopyTo(rest);
            rest = rest[part.Length..];
        }

        return new TextRef(address, (int)length);
    }
}

/// <summary>substr(text, start, length): start is 1-based, negative from the end; a length that is negative gives nothing.</summary>
internal sealed unsafe class SubstringExpression(BoundExpression text, BoundExpression start, BoundExpression length)
    : BoundExpression(ColumnType.String, VectorKind.Text, text.Nullable || start.Nullable || length.Nullable)
{
    private readonly BoundExpression[] _operands = [text, start, length];

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant && _operands[2].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var texts = _operands[0].Evaluate(context);
        var starts = _operands[1].Evaluate(context);
        var lengths = _operands[2].Evaluate(context);
        var shape = !texts.IsConstant ? texts : !starts.IsConstant ? starts : lengths;
        var target = context.Arena.Allocate<TextRef>(shape.StoredCount);
        for (var i = 0; i < shape.StoredCount; i++)
        {
            var value = texts.Text[texts.IsConstant ? 0 : i];
            var from = starts.Int64[starts.IsConstant ? 0 : i];
            var count = lengths.Int64[lengths.IsConstant ? 0 : i];
            target[i] = value.IsNull || from == Nulls.Int64 || count == Nulls.Int64 ? default : Part(value, from, count);
        }

        return ConstantVectors.Like(shape, VectorKind.Text, target, texts.MayHaveNulls || starts.MayHaveNulls || lengths.MayHaveNulls);
    }

    // Positions before the first character count toward the length, as in DuckDB: substr('abc', 0, 2) is 'a'.
    private static TextRef Part(TextRef value, long start, long count)
    {
        var bytes = value.Bytes;
        var first = start > 0 ? start - 1 : start == 0 ? -1 : CodePoints.Count(bytes) + start;
        var end = first > long.MaxValue - Math.Max(count, 0) ? long.MaxValue : first + Math.Max(count, 0);
        var from = CodePoints.Skip(bytes, 0, Math.Max(first, 0));
        var to = CodePoints.Skip(bytes, from, end - Math.Max(first, 0));
        return TextSlice.Of(value, bytes[from..to]);
    }
}

/// <summary>replace(text, from, to): every occurrence, left to right; an empty `from` changes nothing.</summary>
internal sealed unsafe class ReplaceExpression(BoundExpression[] operands)
    : BoundExpression(ColumnType.String, VectorKind.Text, Array.Exists(operands, o => o.Nullable))
{
    public override bool IsConstant => operands[0].IsConstant && operands[1].IsConstant && operands[2].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var texts = operands[0].Evaluate(context);
        var froms = operands[1].Evaluate(context);
        var tos = operands[2].Evaluate(context);
        var shape = !texts.IsConstant ? texts : !froms.IsConstant ? froms : tos;
        var target = context.Arena.Allocate<TextRef>(shape.StoredCount);
        for (var i = 0; i < shape.StoredCount; i++)
        {
            var value = texts.Text[texts.IsConstant ? 0 : i];
            var from = froms.Text[froms.IsConstant ? 0 : i];
            var to = tos.Text[tos.IsConstant ? 0 : i];
            target[i] = value.IsNull || from.IsNull || to.IsNull ? default : Replace(context, value, from.Bytes, to.Bytes);
        }

        return ConstantVectors.Like(shape, VectorKind.Text, target, texts.MayHaveNulls || froms.MayHaveNulls || tos.MayHaveNulls);
    }

    private static TextRef Replace(EvaluationContext context, TextRef value, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var source = value.Bytes;
        if (from.IsEmpty || source.IndexOf(from) < 0)
            return value;
        long count = 0;
        for (var rest = source; rest.IndexOf(from) is >= 0 and var at; rest = rest[(at + from.Length)..])
            count++;
        var length = source.Length + (count * (to.Length - from.Length));
        if (length > int.MaxValue)
            throw Syntax.SqlException.Value("The text that replace makes is longer than 2 GiB");
        var address = (byte*)context.Arena.Allocate(Math.Max(length, 1), 1);
        var target = new Span<byte>(address, (int)length);
        while (source.IndexOf(from) is >= 0 and var at)
        {
            source[..at].CopyTo(target);
            to.CopyTo(target[at..]);
            target = target[(at + to.Length)..];
            source = source[(at + from.Length)..];
        }

        source.CopyTo(target);
        return new TextRef(address, (int)length);
    }
}
