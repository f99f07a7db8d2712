using Zepto.Query.Execution;
using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>
/// vwap(price, volume): sum(price × volume) / sum(volume) over rows where neither is NULL; NULL without such rows or where volumes sum to 0.
/// Both are INT64 or both FLOAT64.
/// </summary>
internal sealed unsafe class VolumeWeightedPrice(int[] arguments)
    : AggregateFunction(new ColumnShape(ColumnType.Float64, VectorKind.Float64, true), arguments)
{
    protected override int StateBytes => sizeof(Accumulator);

    public override void UpdateRange(int group, Vector[] columns, int start, int count) =>
        Add(group, columns[Arguments[0]].Slice(start, count), columns[Arguments[1]].Slice(start, count), default);

    public override void UpdateMasked(int group, Vector[] columns, ReadOnlySpan<byte> mask) =>
        Add(group, columns[Arguments[0]], columns[Arguments[1]], mask);

    public override void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        var (prices, volumes) = (columns[Arguments[0]], columns[Arguments[1]]);
        if (prices.Kind == VectorKind.Int64)
            AddIntegers(groups, prices, volumes);
        else
            AddFloats(groups, prices, volumes);
    }

    public override void Merge(AggregateFunction other, int first, ReadOnlySpan<int> groups)
    {
        for (var i = 0; i < groups.Length; i++)
        {
            var state = (Accumulator*)State(groups[i]);
            var source = (Accumulator*)((VolumeWeightedPrice)other).State(first + i);
            state->Turnover += source->Turnover;
            state->Volume += source->Volume;
        }
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

    private void Add(int group, in Vector prices, in Vector volumes, ReadOnlySpan<byte> mask)
    {
        double turnover = 0, volume = 0;
        if (prices.IsConstant || volumes.IsConstant)
            AddRows(prices, volumes, mask, ref turnover, ref volume);
        else if (prices.Kind == VectorKind.Int64)
            turnover = SumKernels.SumProducts(prices.Int64, volumes.Int64, mask, out volume, out _);
        else
            turnover = SumKernels.SumProducts(prices.Float64, volumes.Float64, mask, out volume, out _);
        var state = (Accumulator*)State(group);
        state->Turnover += turnover;
        state->Volume += volume;
    }

    private static void AddRows(in Vector prices, in Vector volumes, ReadOnlySpan<byte> mask, ref double turnover, ref double volume)
    {
        for (var row = 0; row < prices.RowCount; row++)
        {
            if ((!mask.IsEmpty && mask[row] != 1) || NullTests.IsNull(prices, row) || NullTests.IsNull(volumes, row))
                continue;
            var size = Number(volumes, row);
            turnover += Number(prices, row) * size;
            volume += size;
        }
    }

    private void AddIntegers(ReadOnlySpan<int> groups, in Vector prices, in Vector volumes)
    {
        var price = (long*)prices.Data;
        var volume = (long*)volumes.Data;
        var (priceStep, volumeStep) = (prices.IsConstant ? 0 : 1, volumes.IsConstant ? 0 : 1);
        var states = (Accumulator*)State(0);
        foreach (var group in groups)
        {
            if (*price != Nulls.Int64 && *volume != Nulls.Int64)
            {
                states[group].Turnover += (double)*price * *volume;
                states[group].Volume += *volume;
            }

            price += priceStep;
            volume += volumeStep;
        }
    }

    private void AddFloats(ReadOnlySpan<int> groups, in Vector prices, in Vector volumes)
    {
        var price = (double*)prices.Data;
        var volume = (double*)volumes.Data;
        var (priceStep, volumeStep) = (prices.IsConstant ? 0 : 1, volumes.IsConstant ? 0 : 1);
        var states = (Accumulator*)State(0);
        foreach (var group in groups)
        {
            if (!Nulls.IsNull(*price) && !Nulls.IsNull(*volume))
            {
                states[group].Turnover += *price * *volume;
                states[group].Volume += *volume;
            }

            price += priceStep;
            volume += volumeStep;
        }
    }

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
