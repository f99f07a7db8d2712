using Zepto.Query.Execution;
using Zepto.Query.Vectors;

namespace Zepto.Query.Aggregates;

/// <summary>
/// An aggregate whose result is argument 0 of one of the group's rows. A state starts with the <see cref="PickedValue"/>; what the choice depends on
/// follows it.
/// </summary>
internal abstract unsafe class PickAggregate(ColumnShape result, int[] arguments) : AggregateFunction(result, arguments)
{
    private CodeDictionary? _dictionary;

    public override CodeDictionary? Dictionary => _dictionary;

    public override void Begin(QueryRun run)
    {
        base.Begin(run);
        _dictionary = null;
    }

    public sealed override void UpdateRange(int group, Vector[] columns, int start, int count)
    {
        if (count == 0)
            return;
        Remember(columns);
        var state = State(group);
        PickFromRange(state, columns, start, count, default);
        FetchPending(state, columns);
    }

    public sealed override void UpdateMasked(int group, Vector[] columns, ReadOnlySpan<byte> mask)
    {
        if (mask.IsEmpty)
            return;
        Remember(columns);
        var state = State(group);
        PickFromRange(state, columns, 0, mask.Length, mask);
        FetchPending(state, columns);
    }

    public sealed override void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        Remember(columns);
        PickFromGroups(groups, columns);
        foreach (var group in groups)
        {
            var state = State(group);
            if (((PickedValue*)state)->Row >= 0)
                FetchPending(state, columns);
        }
    }

    public sealed override void Merge(AggregateFunction other, int first, ReadOnlySpan<int> groups)
    {
        var source = (PickAggregate)other;
        _dictionary ??= source._dictionary;
        for (var i = 0; i < groups.Length; i++)
        {
            var theirs = source.State(first + i);
            if (((PickedValue*)theirs)->Row != PickedValue.Empty)
                MergeState(State(groups[i]), theirs);
        }
    }

    public sealed override void Result(int first, int count, void* destination)
    {
        var width = Vector.WidthBytes(ResultShape.Kind);
        for (var i = 0; i < count; i++)
            Buffer.MemoryCopy(State(first + i), (byte*)destination + (long)i * width, width, width);
    }

    protected override void Initialize(byte* state) => *(PickedValue*)state = PickedValue.Null(ResultShape.Kind);

    /// <summary>Sets Row of the state's value to the row picked among rows start..start+count; a mask of them may be empty for all rows.</summary>
    protected abstract void PickFromRange(byte* state, Vector[] columns, int start, int count, ReadOnlySpan<byte> mask);

    /// <summary>Sets Row of each state's value to the row picked for its group.</summary>
    protected abstract void PickFromGroups(ReadOnlySpan<int> groups, Vector[] columns);

    /// <summary>Takes the other state's value where it is the better one; it has one.</summary>
    protected abstract void MergeState(byte* own, byte* theirs);

    /// <summary>Fetches what the picked row of a state holds beside its value.</summary>
    protected virtual void FetchKey(byte* state, Vector[] columns, int row)
    {
    }

    private void FetchPending(byte* state, Vector[] columns)
    {
        var value = (PickedValue*)state;
        if (value->Row < 0)
            return;
        FetchKey(state, columns, value->Row);
        value->Fetch(columns[Arguments[0]], value->Row, Arena);
    }

    private void Remember(Vector[] columns) => _dictionary ??= columns[Arguments[0]].Dictionary;
}
