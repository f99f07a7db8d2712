using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution;

/// <summary>What an operator's column holds.</summary>
internal readonly record struct ColumnShape(ColumnType Type, VectorKind Kind, bool Nullable);

/// <summary>
/// A node of a running plan: gives its rows as chunks of at most <see cref="MaxChunkRows"/> rows. Belongs to one plan instance, one thread at
/// a time, and is used again for every run of it: Open, Next until false, Close. Keeps its managed objects between runs, so that a run
/// allocates nothing on the managed heap once it is warm.
/// </summary>
internal abstract class Operator(ColumnShape[] shape)
{
    /// <summary>Most rows in a chunk: columns of a chunk stay in the second-level cache.</summary>
    public const int MaxChunkRows = 4096;

    /// <summary>Columns that <see cref="Columns"/> holds, fixed for the plan.</summary>
    public ColumnShape[] Shape { get; } = shape;

    /// <summary>Columns of the current chunk, valid until the next call of Next or Close.</summary>
    public Vector[] Columns { get; } = new Vector[shape.Length];

    /// <summary>Rows of the current chunk; at least 1 after Next said true.</summary>
    public int RowCount { get; protected set; }

    /// <summary>Column whose values ascend within every chunk and are never NULL, such as the time of a scan; -1 where there is none.</summary>
    public virtual int AscendingColumn => -1;

    /// <summary>Readies the operator and its inputs for a run.</summary>
    public abstract void Open(QueryRun run);

    /// <summary>Moves to the next chunk; false at the end. Throws SqlException for errors of the data and for cancellation.</summary>
    public abstract bool Next();

    /// <summary>
    /// Says, before the first Next, that only some of the first rows by a column are wanted, NULLs last: whoever can should give promising rows
    /// first. Operators pass it on to where the column comes from.
    /// </summary>
    public virtual void PreferFirst(int column, bool descending)
    {
    }

    /// <summary>
    /// Says between two chunks that rows beyond a bound on one of the columns are not wanted any more in this run; rows may still be given. Operators
    /// pass it on to where the column comes from.
    /// </summary>
    public virtual void LeaveOut(int column, in SortBound bound)
    {
    }

    /// <summary>Ends the run: gives back what the run held (buffers, leases). Called once after Open, also after an error.</summary>
    public abstract void Close();

    /// <summary>Rough cost of a row of the input, in nanoseconds, for deciding where a statement runs.</summary>
    public virtual double RowCostNs => 1;

    /// <summary>Rough number of rows given for a row of the input, for the cost of what stands above.</summary>
    public virtual double RowsPerInputRow => 1;

    /// <summary>Inputs, for EXPLAIN.</summary>
    public virtual ReadOnlySpan<Operator> Inputs => [];

    /// <summary>One line for EXPLAIN, such as `Filter price > 100`.</summary>
    public abstract string Describe();
}
