using Zepto.Native.Memory;
using Zepto.Query.Vectors;

namespace Zepto.Query.Expressions;

/// <summary>What an expression reads while it computes one chunk: input columns, the statement's literals, scratch memory. One per pipeline, reused for every chunk.</summary>
internal sealed class EvaluationContext(NativeArena arena, StatementLiterals literals, int inputCount)
{
    /// <summary>Scratch and result memory; the operator marks and releases it around a chunk.</summary>
    public NativeArena Arena { get; private set; } = arena;

    /// <summary>Literal values of the running statement by ordinal.</summary>
    public StatementLiterals Literals { get; private set; } = literals;

    /// <summary>Columns of the chunk; ColumnReference indexes into it.</summary>
    public Vector[] Inputs { get; } = new Vector[inputCount];

    /// <summary>Rows of the chunk.</summary>
    public int RowCount { get; set; }

    /// <summary>The context of a run: the one given, turned to this run, or the first one. Called by Open.</summary>
    public static EvaluationContext Of(EvaluationContext? context, Execution.QueryRun run, int inputCount)
    {
        if (context is null)
            return new EvaluationContext(run.Scratch, run.Literals, inputCount);
        (context.Arena, context.Literals) = (run.Scratch, run.Literals);
        return context;
    }
}
