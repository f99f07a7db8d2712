using Zepto.Query.Kernels;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>A column of the chunk.</summary>
internal sealed class ColumnReference(int input, ColumnType type, VectorKind kind, bool nullable) : BoundExpression(type, kind, nullable)
{
    /// <summary>Index into the context's inputs.</summary>
    public int Input => input;

    public override Vector Evaluate(EvaluationContext context) => context.Inputs[input];
}

/// <summary>A literal; one with an ordinal reads the running statement's value, so that a cached plan serves other literals.</summary>
internal sealed class LiteralExpression : BoundExpression
{
    private readonly Literal _literal;

    public LiteralExpression(Literal literal)
        : base(TypeOf(literal.Kind), TypeNames.Kind(TypeOf(literal.Kind)), nullable: false) => _literal = literal;

    /// <summary>As written when the plan was bound.</summary>
    public Literal Literal => _literal;

    public override bool IsConstant => true;

    public override Vector Evaluate(EvaluationContext context)
    {
        var ordinal = _literal.Ordinal;
        return _literal.Kind switch
        {
            LiteralKind.Integer => ConstantVectors.Create(context, ordinal >= 0 ? context.Literals.Integer(ordinal) : _literal.Integer),
            LiteralKind.Float => ConstantVectors.Create(context, ordinal >= 0 ? context.Literals.Float(ordinal) : _literal.Float),
            LiteralKind.Bool => ConstantVectors.Create(context, _literal.Integer != 0 ? (byte)1 : (byte)0),
            _ => ConstantVectors.Create(context, ordinal >= 0 ? context.Literals.Text(ordinal) : ConstantVectors.Copy(context, _literal.Text)),
        };
    }

    private static ColumnType TypeOf(LiteralKind kind) => kind switch
    {
        LiteralKind.Integer => ColumnType.Int64,
        LiteralKind.Float => ColumnType.Float64,
        LiteralKind.Bool => ColumnType.Bool,
        _ => ColumnType.String,
    };
}

/// <summary>NULL; without a type of its own it takes the other operand's.</summary>
internal sealed class NullConstant(ColumnType type, bool isUntyped) : BoundExpression(type, TypeNames.Kind(type), nullable: true)
{
    /// <summary>Whether the type may still be chosen.</summary>
    public bool IsUntyped => isUntyped;

    public override bool IsConstant => true;

    public override Vector Evaluate(EvaluationContext context) => ConstantVectors.Null(context, Kind);
}

/// <summary>A number fixed in the plan, such as an interval.</summary>
internal sealed class FixedInteger(long value, ColumnType type) : BoundExpression(type, VectorKind.Int64, nullable: false)
{
    public long Value => value;

    public override bool IsConstant => true;

    public override Vector Evaluate(EvaluationContext context) => ConstantVectors.Create(context, value);
}

/// <summary>Text fixed in the plan, such as the server's version.</summary>
internal sealed class FixedText(byte[] value) : BoundExpression(ColumnType.String, VectorKind.Text, nullable: false)
{
    public override bool IsConstant => true;

    public override Vector Evaluate(EvaluationContext context) => ConstantVectors.Create(context, ConstantVectors.Copy(context, value));
}

/// <summary>The statement's clock.</summary>
internal sealed class NowExpression(long unitNs) : BoundExpression(ColumnType.Timestamp, VectorKind.Int64, nullable: false)
{
    public override bool IsConstant => true;

    public override Vector Evaluate(EvaluationContext context)
    {
        var now = context.Literals.NowNs;
        return ConstantVectors.Create(context, now - (now % unitNs));
    }
}

/// <summary>Stands for an operand that its owner has computed already and that several parts of the owner read.</summary>
internal sealed class ComputedOperand(BoundExpression source) : BoundExpression(source.Type, source.Kind, source.Nullable)
{
    /// <summary>What is computed; an operand of the owner, not of the parts.</summary>
    public BoundExpression Source => source;

    /// <summary>What the parts see; set by <see cref="Compute"/> and, for some rows of the chunk only, by <see cref="RowSubset"/>.</summary>
    public Vector Value { get; set; }

    // Asked once: otherwise operands of operands would be asked again by each part, which doubles the work with each level.
    public override bool IsConstant { get; } = source.IsConstant;

    /// <summary>Computes the operand for this chunk; the owner calls it before the parts.</summary>
    public void Compute(EvaluationContext context) => Value = source.Evaluate(context);

    public override Vector Evaluate(EvaluationContext context) => Value;
}

/// <summary>The same values under another logical type of the same physical form.</summary>
internal sealed class Retyped(BoundExpression operand, ColumnType type) : BoundExpression(type, operand.Kind, operand.Nullable)
{
    private readonly BoundExpression[] _operands = [operand];

    public override bool IsConstant => _operands[0].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context) => _operands[0].Evaluate(context);
}
