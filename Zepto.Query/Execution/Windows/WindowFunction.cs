using Zepto.Query.Expressions;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// A window function with the columns it reads. Belongs to one plan: Open for each run, then Compute for each partition. Keeps nothing
/// between partitions.
/// </summary>
internal abstract class WindowFunction(ColumnShape result)
{
    /// <summary>Lookback of a function that must see the whole partition.</summary>
    public const long WholePartition = long.MaxValue;

    /// <summary>What the function's column holds.</summary>
    public ColumnShape Result { get; } = result;

    /// <summary>Argument whose dictionary the result's codes belong to; -1 for other kinds.</summary>
    public virtual int DictionaryArgument => -1;

    /// <summary>Whether <see cref="WindowPartition.PeerStarts"/> is read.</summary>
    public virtual bool NeedsPeers => false;

    /// <summary>Whether <see cref="WindowPartition.Key"/> is read.</summary>
    public virtual bool NeedsKey => false;

    /// <summary>
    /// After Open: rows before the current one that its result can depend on, when it depends on nothing else of the partition;
    /// <see cref="WholePartition"/> otherwise.
    /// </summary>
    public virtual long Lookback => WholePartition;

    /// <summary>Reads the constants of the run; values that outlive the call lie in the context's arena, which lives as long as the run.</summary>
    public virtual void Open(EvaluationContext constants)
    {
    }

    /// <summary>Writes a result for each row of a partition.</summary>
    public abstract unsafe void Compute(WindowPartition partition, void* target);
}
