using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>
/// An integer compared with text: as INT64 where the text is constant and a whole number, else as FLOAT64. Decided a chunk, since a cached plan
/// may run with another literal. Text that is no number is an error.
/// </summary>
internal sealed class NumberTextComparison : BoundExpression, IMayFail
{
    private readonly ComputedOperand _number;
    private readonly ComputedOperand _text;
    private readonly BoundExpression[] _operands;
    private readonly ComparisonExpression _asIntegers;
    private readonly ComparisonExpression _asFloats;

    public NumberTextComparison(BoundExpression number, BoundExpression text, Comparison comparison, int position)
        : base(ColumnType.Bool, VectorKind.Bool, number.Nullable || text.Nullable)
    {
        _operands = [number, text];
        _number = new ComputedOperand(number);
        _text = new ComputedOperand(text);
        _asIntegers = new ComparisonExpression(_number, Conversions.ToInteger(_text, position), comparison);
        _asFloats = new ComparisonExpression(Conversions.ToFloat(_number, position), Conversions.ToFloat(_text, position), comparison);
    }

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant;

    public bool CanFail => true;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        _number.Compute(context);
        _text.Compute(context);
        var text = _text.Evaluate(context);
        var whole = text.IsConstant && (ConstantVectors.IsNullAt(text, 0) || ValueText.TryParse(ConstantVectors.TextAt(text, 0).Bytes, round: false, out _));
        return whole ? _asIntegers.Evaluate(context) : _asFloats.Evaluate(context);
    }
}
