using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>LIKE and ILIKE. Codes with a constant pattern are matched once a code, not once a row.</summary>
internal sealed unsafe class LikeExpression(BoundExpression text, BoundExpression pattern, bool ignoreCase, bool negated)
    : BoundExpression(ColumnType.Bool, VectorKind.Bool, text.Nullable || pattern.Nullable)
{
    private const byte Unknown = 255;
    private const int CodeTableMax = 1 << 16;

    private readonly BoundExpression[] _operands = [text, pattern];

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var input = _operands[0].Evaluate(context);
        var patterns = _operands[1].Evaluate(context);
        var shape = input.IsConstant ? patterns : input;
        var target = context.Arena.Allocate<byte>(shape.StoredCount);
        var mask = new Span<byte>(target, shape.StoredCount);
        if (patterns.IsConstant && input.Kind == VectorKind.Code && input.CodeCount <= Math.Min(CodeTableMax, mask.Length))
        {
            ByCode(context, input, ConstantVectors.TextAt(patterns, 0), mask);
        }
        else
        {
            for (var i = 0; i < mask.Length; i++)
                mask[i] = Match(ConstantVectors.TextAt(input, input.IsConstant ? 0 : i), ConstantVectors.TextAt(patterns, patterns.IsConstant ? 0 : i));
        }

        return ConstantVectors.Like(shape, VectorKind.Bool, target, input.MayHaveNulls || patterns.MayHaveNulls);
    }

    private void ByCode(EvaluationContext context, in Vector input, Storage.Dictionaries.TextRef pattern, Span<byte> mask)
    {
        var mark = context.Arena.MarkPosition();
        var dictionary = input.Dictionary;
        var answers = context.Arena.AllocateSpan<byte>(input.CodeCount + 1);
        answers.Fill(Unknown);
        answers[0] = 2;
        var codes = input.Codes;
        for (var i = 0; i < mask.Length; i++)
        {
            var code = codes[i];
            if ((uint)code >= (uint)answers.Length)
            {
                // A code given out after Count was read.
                mask[i] = Match(dictionary!.Text(code), pattern);
                continue;
            }

            if (answers[code] == Unknown)
                answers[code] = Match(dictionary!.Text(code), pattern);
            mask[i] = answers[code];
        }

        context.Arena.Release(mark);
    }

    private byte Match(Storage.Dictionaries.TextRef value, Storage.Dictionaries.TextRef pattern) =>
        value.IsNull || pattern.IsNull ? (byte)2 : LikePattern.Matches(value.Bytes, pattern.Bytes, ignoreCase) != negated ? (byte)1 : (byte)0;
}
