using Zepto.Native.Memory;
using Zepto.Query.Execution;
using Zepto.Query.Vectors;

namespace Zepto.Query.Aggregates;

/// <summary>
/// One aggregate of a query: its state for every group, in the run's arena, indexed by group number. Belongs to one plan instance. Order of use:
/// Begin once a run; EnsureGroups before new groups are updated; updates as often as there are rows, merges; Result.
/// </summary>
internal abstract unsafe class AggregateFunction(ColumnShape result, int[] arguments)
{
    private NativeArena? _arena;
    private byte* _states;
    private int _groups;
    private int _capacity;

    /// <summary>What Result gives.</summary>
    public ColumnShape ResultShape { get; } = result;

    /// <summary>Columns of the operator's argument chunk that it reads.</summary>
    public int[] Arguments { get; } = arguments;

    /// <summary>Bool column of the argument chunk of which only true rows count (FILTER); -1 for all rows.</summary>
    public int FilterArgument { get; set; } = -1;

    /// <summary>Bytes of one group's state; a multiple of 16.</summary>
    protected abstract int StateBytes { get; }

    /// <summary>Arena of the run, for state that grows.</summary>
    protected NativeArena Arena => _arena!;

    /// <summary>Starts a run without groups.</summary>
    public virtual void Begin(QueryRun run)
    {
        _arena = run.Arena;
        _groups = _capacity = 0;
    }

    /// <summary>Makes initial states so that groups below <paramref name="count"/> exist.</summary>
    public virtual void EnsureGroups(int count)
    {
        if (count <= _groups)
            return;
        if (count > _capacity)
        {
            var capacity = Math.Max(count, Math.Max(16, _capacity * 2));
            var grown = (byte*)_arena!.Allocate((long)capacity * StateBytes);
            Buffer.MemoryCopy(_states, grown, (long)capacity * StateBytes, (long)_groups * StateBytes);
            _states = grown;
            _capacity = capacity;
        }

        for (; _groups < count; _groups++)
            Initialize(_states + (long)_groups * StateBytes);
    }

    /// <summary>Adds rows start..start+count of the arguments to one group. Rows of a scan come in order of time and arrival.</summary>
    public abstract void UpdateRange(int group, Vector[] columns, int start, int count);

    /// <summary>Adds each row of the arguments to the group that <paramref name="groups"/> names for it.</summary>
    public abstract void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns);

    /// <summary>Adds the rows of the arguments whose mask byte is 1 to one group.</summary>
    public virtual void UpdateMasked(int group, Vector[] columns, ReadOnlySpan<byte> mask)
    {
        // Runs of kept rows; functions with kernels for masks do better.
        for (var row = 0; row < mask.Length;)
        {
            var start = mask[row..].IndexOf((byte)1);
            if (start < 0)
                return;
            start += row;
            var length = mask[start..].IndexOfAnyExcept((byte)1);
            row = length < 0 ? mask.Length : start + length;
            UpdateRange(group, columns, start, row - start);
        }
    }

    /// <summary>
    /// Adds the states of another function of the same plan: its group first + i to the own group groups[i]. The other's memory stays valid until the
    /// end of this run.
    /// </summary>
    public abstract void Merge(AggregateFunction other, int first, ReadOnlySpan<int> groups);

    /// <summary>Writes the values of groups first..first+count to memory of the result's width.</summary>
    public abstract void Result(int first, int count, void* destination);

    /// <summary>Dictionary of the result where it is a Code vector.</summary>
    public virtual CodeDictionary? Dictionary => null;

    protected abstract void Initialize(byte* state);

    protected byte* State(int group) => _states + (long)group * StateBytes;
}
