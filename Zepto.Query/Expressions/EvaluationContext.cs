using Zepto.Native.Memory;
using Zepto.Query.Vectors;

namespace Zepto.Query.Expressions;

/// <summary>What an expression reads while it computes one chunk: input columns, the statement's literals, scratch memory. One per pipeline, reused for every chunk.</summary>
internal sealed class EvaluationContext(NativeArena arena, StatementLiterals literals, int inputCount)
{
    /// <summary>Scratch and result memory; the operator marks and releases it around a chunk.</summary>
    public NativeArena Arena { get; } = arena;

    /// <summary>Literal values of the running statement by ordinal.</summary>
    public StatementLiterals Literals { get; } = literals;

    /// <summary>Columns of the chunk; ColumnReference indexes into it.</summary>
    public Vector[] Inputs { get; } = new Vector[inputCount];

    /// <summary>Rows of the chunk.</summary>
    public int RowCount { get; set; }
}
