using Zepto.Query.Execution;
using Zepto.Query.Kernels;
using Zepto.Query.Vectors;

namespace Zepto.Query.Aggregates;

/// <summary>What one group of a <see cref="ColumnAggregate{TState,T,TResult}"/> remembers. Values that reach Add and AddConstant are not NULL.</summary>
internal interface IColumnState<TSelf, T, TResult>
    where TSelf : unmanaged, IColumnState<TSelf, T, TResult>
    where T : unmanaged
    where TResult : unmanaged
{
    /// <summary>State of a group without rows.</summary>
    static abstract TSelf Empty { get; }

    /// <summary>Adds the values that are not NULL; a mask (1 takes the row) may be empty for all rows.</summary>
    void AddRange(ReadOnlySpan<T> values, ReadOnlySpan<byte> mask);

    /// <summary>Adds one value <paramref name="count"/> times; at least once.</summary>
    void AddConstant(T value, long count);

    void Add(T value);

    void Merge(in TSelf other);

    TResult Result();
}

/// <summary>An aggregate of one column of numbers or BOOL that leaves NULLs out; the state's struct does the work in typed loops.</summary>
internal sealed unsafe class ColumnAggregate<TState, T, TResult>(ColumnShape result, int argument) : AggregateFunction(result, [argument])
    where TState : unmanaged, IColumnState<TState, T, TResult>
    where T : unmanaged
    where TResult : unmanaged
{
    protected override int StateBytes => (sizeof(TState) + 15) & ~15;

    public override void UpdateRange(int group, Vector[] columns, int start, int count)
    {
        var vector = columns[Arguments[0]];
        if (!vector.IsConstant)
            At(group).AddRange(Values(vector).Slice(start, count), default);
        else if (count > 0 && !NullValue.Is(Values(vector)[0]))
            At(group).AddConstant(Values(vector)[0], count);
    }

    public override void UpdateMasked(int group, Vector[] columns, ReadOnlySpan<byte> mask)
    {
        var vector = columns[Arguments[0]];
        if (!vector.IsConstant)
            At(group).AddRange(Values(vector), mask);
        else if (!NullValue.Is(Values(vector)[0]) && mask.Count((byte)1) is > 0 and var count)
            At(group).AddConstant(Values(vector)[0], count);
    }

    public override void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        var vector = columns[Arguments[0]];
        var values = (T*)vector.Data;
        var states = State(0);
        var stateBytes = (nint)StateBytes;
        var step = vector.IsConstant ? 0 : 1;
        foreach (var group in groups)
        {
            var value = *values;
            values += step;
            if (!NullValue.Is(value))
                ((TState*)(states + group * stateBytes))->Add(value);
        }
    }

    public override void Merge(AggregateFunction other, int first, ReadOnlySpan<int> groups)
    {
        var source = (ColumnAggregate<TState, T, TResult>)other;
        for (var i = 0; i < groups.Length; i++)
            At(groups[i]).Merge(in source.At(first + i));
    }

    public override void Result(int first, int count, void* destination)
    {
        for (var i = 0; i < count; i++)
            ((TResult*)destination)[i] = At(first + i).Result();
    }

    protected override void Initialize(byte* state) => *(TState*)state = TState.Empty;

    private static ReadOnlySpan<T> Values(in Vector vector) => new(vector.Data, vector.StoredCount);

    private ref TState At(int group) => ref *(TState*)State(group);
}
