using Zepto.Native.Memory;
using Zepto.Query.Execution;
using Zepto.Query.Vectors;

namespace Zepto.Query.Aggregates;

/// <summary>
/// One aggregate of a query: its state for every group, in the run's arena, indexed by group number. Belongs to one plan instance. Order of use:
/// Begin once a run; EnsureGroups before new groups are updated; Update as often as there are rows; Result.
/// </summary>
internal abstract unsafe class AggregateFunction(ColumnShape result, int[] arguments)
{
    private NativeArena? _arena;
    private byte* _states;
    private int _groups;
    private int _capacity;

    /// <summary>What Result gives.</summary>
    public ColumnShape ResultShape { get; } = result;

    /// <summary>Bytes of one group's state; a multiple of 8.</summary>
    protected abstract int StateBytes { get; }

    /// <summary>Columns of the operator's argument chunk that it reads.</summary>
    protected int[] Arguments { get; } = arguments;

    /// <summary>Arena of the run, for state that grows.</summary>
    protected NativeArena Arena => _arena!;

    public virtual void Begin(NativeArena arena)
    {
        _arena = arena;
        _groups = _capacity = 0;
    }

    /// <summary>Makes initial states so that groups below <paramref name="count"/> exist.</summary>
    public void EnsureGroups(int count)
    {
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

    /// <summary>Adds rows start..start+count of the arguments to one group.</summary>
    public abstract void UpdateRange(int group, Vector[] columns, int start, int count);

    /// <summary>Adds each row of the arguments to the group that <paramref name="groups"/> names for it.</summary>
    public virtual void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        for (var i = 0; i < groups.Length; i++)
            UpdateRange(groups[i], columns, i, 1);
    }

    /// <summary>Writes the values of groups first..first+count to memory of the result's width.</summary>
    public abstract void Result(int first, int count, void* destination);

    /// <summary>Dictionary of the result where it is a Code vector.</summary>
    public virtual CodeDictionary? Dictionary => null;

    protected abstract void Initialize(byte* state);

    protected byte* State(int group) => _states + (long)group * StateBytes;
}
