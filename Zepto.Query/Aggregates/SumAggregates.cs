using Zepto.Query.Execution;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>sum of integers: exact in 128 bits, an error when the result does not fit INT64; NULL without values.</summary>
internal sealed unsafe class IntegerSum(int argument) : AggregateFunction(new ColumnShape(ColumnType.Int64, VectorKind.Int64, true), [argument])
{
    protected override int StateBytes => sizeof(Accumulator);

    public override void UpdateRange(int group, Vector[] columns, int start, int count)
    {
        var state = (Accumulator*)State(group);
        var vector = columns[Arguments[0]];
        var present = NullTests.CountPresent(vector, start, count);
        if (present == 0)
            return;
        state->Count += present;
        if (vector.IsConstant)
        {
            state->Sum += (Int128)vector.Int64[0] * present;
            return;
        }

        var values = vector.Int64.Slice(start, count);
        state->Sum += present == count ? IntegerSums.Of(values) : IntegerSums.OfPresent(values);
    }

    public override void Result(int first, int count, void* destination)
    {
        for (var i = 0; i < count; i++)
        {
            var state = (Accumulator*)State(first + i);
            if (state->Count > 0 && (state->Sum > long.MaxValue || state->Sum <= long.MinValue))
                throw SqlException.Value("Integer overflow in sum");
            ((long*)destination)[i] = state->Count == 0 ? Nulls.Int64 : (long)state->Sum;
        }
    }

    protected override void Initialize(byte* state) => *(Accumulator*)state = default;

    private struct Accumulator
    {
        public Int128 Sum;
        public long Count;
    }
}

/// <summary>sum of floats; NULL without values.</summary>
internal sealed unsafe class FloatSum(int argument) : AggregateFunction(new ColumnShape(ColumnType.Float64, VectorKind.Float64, true), [argument])
{
    protected override int StateBytes => sizeof(Accumulator);

    public override void UpdateRange(int group, Vector[] columns, int start, int count)
    {
        var state = (Accumulator*)State(group);
        var vector = columns[Arguments[0]];
        if (vector.IsConstant)
        {
            var present = NullTests.CountPresent(vector, start, count);
            state->Count += present;
            state->Sum += present == 0 ? 0 : vector.Float64[0] * present;
            return;
        }

        foreach (var value in vector.Float64.Slice(start, count))
        {
            if (vector.MayHaveNulls && Nulls.IsNull(value))
                continue;
            state->Sum += value;
            state->Count++;
        }
    }

    public override void Result(int first, int count, void* destination)
    {
        for (var i = 0; i < count; i++)
        {
            var state = (Accumulator*)State(first + i);
            ((double*)destination)[i] = state->Count == 0 ? Nulls.Float64 : state->Sum;
        }
    }

    protected override void Initialize(byte* state) => *(Accumulator*)state = default;

    private struct Accumulator
    {
        public double Sum;
        public long Count;
    }
}
