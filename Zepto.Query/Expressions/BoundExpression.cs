using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>
/// An expression with its names resolved and its types known. Belongs to one plan instance, used by one thread at a time, so it may keep
/// scratch state between chunks; everything it computes lies in the context's arena until the caller releases it.
/// </summary>
internal abstract class BoundExpression(ColumnType type, VectorKind kind, bool nullable)
{
    /// <summary>Logical type.</summary>
    public ColumnType Type { get; } = type;

    /// <summary>Physical form of the vectors that <see cref="Evaluate"/> gives.</summary>
    public VectorKind Kind { get; } = kind;

    /// <summary>Whether a value can be NULL.</summary>
    public bool Nullable { get; } = nullable;

    /// <summary>Whether every row of a statement has the same value (literals, now(), and what is computed from them only).</summary>
    public virtual bool IsConstant => false;

    /// <summary>The whole chunk's values: RowCount equals the context's. Throws SqlException for overflow, integer division by zero and the like.</summary>
    public abstract Vector Evaluate(EvaluationContext context);

    /// <summary>Operands, for walks over the tree.</summary>
    public virtual ReadOnlySpan<BoundExpression> Operands => [];
}
