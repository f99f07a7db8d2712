using Zepto.Query.Execution;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>avg: FLOAT64; NULL without values. Integers are summed exactly before the division.</summary>
internal sealed unsafe class Average(int argument) : AggregateFunction(new ColumnShape(ColumnType.Float64, VectorKind.Float64, true), [argument])
{
    protected override int StateBytes => sizeof(Accumulator);

    public override void UpdateRange(int group, Vector[] columns, int start, int count)
    {
        var state = (Accumulator*)State(group);
        var vector = columns[Arguments[0]];
        var present = NullTests.CountPresent(vector, start, count);
        state->Count += present;
        if (present == 0)
            return;
        if (vector.Kind == VectorKind.Int64)
        {
            if (vector.IsConstant)
                state->Integers += (Int128)vector.Int64[0] * present;
            else
                state->Integers += present == count ? IntegerSums.Of(vector.Int64.Slice(start, count)) : IntegerSums.OfPresent(vector.Int64.Slice(start, count));
            return;
        }

        if (vector.IsConstant)
        {
            state->Floats += vector.Float64[0] * present;
            return;
        }

        foreach (var value in vector.Float64.Slice(start, count))
            state->Floats += vector.MayHaveNulls && Nulls.IsNull(value) ? 0 : value;
    }

    public override void Result(int first, int count, void* destination)
    {
        for (var i = 0; i < count; i++)
        {
            var state = (Accumulator*)State(first + i);
            ((double*)destination)[i] = state->Count == 0 ? Nulls.Float64 : ((double)state->Integers + state->Floats) / state->Count;
        }
    }

    protected override void Initialize(byte* state) => *(Accumulator*)state = default;

    private struct Accumulator
    {
        public Int128 Integers;
        public double Floats;
        public long Count;
    }
}

/// <summary>vwap(price, volume): sum(price × volume) / sum(volume) over rows where neither is NULL; NULL without such rows or where volumes sum to 0.</summary>
internal sealed unsafe class VolumeWeightedPrice(int price, int volume)
    : AggregateFunction(new ColumnShape(ColumnType.Float64, VectorKind.Float64, true), [price, volume])
{
    protected override int StateBytes => sizeof(Accumulator);

    public override void UpdateRange(int group, Vector[] columns, int start, int count)
    {
        var state = (Accumulator*)State(group);
        var (prices, volumes) = (columns[Arguments[0]], columns[Arguments[1]]);
        double turnover = 0, volume = 0;
        for (var row = start; row < start + count; row++)
        {
            if (NullTests.IsNull(prices, row) || NullTests.IsNull(volumes, row))
                continue;
            var size = Number(volumes, row);
            turnover += Number(prices, row) * size;
            volume += size;
        }

        state->Turnover += turnover;
        state->Volume += volume;
    }

    public override void Result(int first, int count, void* destination)
    {
        for (var i = 0; i < count; i++)
        {
            var state = (Accumulator*)State(first + i);
            ((double*)destination)[i] = state->Volume == 0 ? Nulls.Float64 : state->Turnover / state->Volume;
        }
    }

    protected override void Initialize(byte* state) => *(Accumulator*)state = default;

    private static double Number(in Vector vector, int row)
    {
        row = vector.IsConstant ? 0 : row;
        return vector.Kind == VectorKind.Int64 ? vector.Int64[row] : vector.Float64[row];
    }

    private struct Accumulator
    {
        public double Turnover;
        public double Volume;
    }
}
