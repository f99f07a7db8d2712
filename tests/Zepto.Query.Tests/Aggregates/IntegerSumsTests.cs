using System.Runtime.InteropServices;
using Zepto.Native.Memory;
using Zepto.Query.Aggregates;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Aggregates;

public unsafe class IntegerSumsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(4099)]
    public void Of_RandomValues_EqualsThePlainSum(int length)
    {
        var random = new Random(3);
        var values = new long[length];
        random.NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        Int128 expected = 0;
        foreach (var value in values)
            expected += value;
        Assert.Equal(expected, IntegerSums.Of(values));
    }

    [Fact]
    public void Of_Extremes_DoNotWrap()
    {
        var most = new long[5000];
        most.AsSpan().Fill(long.MaxValue);
        Assert.Equal((Int128)long.MaxValue * 5000, IntegerSums.Of(most));
        most.AsSpan().Fill(long.MinValue);
        Assert.Equal((Int128)long.MinValue * 5000, IntegerSums.Of(most));
        most.AsSpan().Fill(-1);
        Assert.Equal(-5000, IntegerSums.Of(most));
    }

    [Fact]
    public void OfPresent_LeavesNullsOut() => Assert.Equal(3, IntegerSums.OfPresent([1, Nulls.Int64, 2]));

    [Fact]
    public void Aggregates_RangesGroupsAndNulls_MatchByHand()
    {
        long[] prices = [10, 20, Nulls.Int64, 40];
        long[] volumes = [1, 2, 3, 4];
        using var arena = new NativeArena();
        fixed (long* p = prices, v = volumes)
        {
            Vector[] columns = [Vector.Of(VectorKind.Int64, p, 4, true), Vector.Of(VectorKind.Int64, v, 4, false)];
            Assert.Equal([4, 0], Values<long>(new CountAggregate([]), columns, arena));
            Assert.Equal([3, 0], Values<long>(new CountAggregate([0]), columns, arena));
            Assert.Equal([70, Nulls.Int64], Values<long>(new IntegerSum(0), columns, arena));
            Assert.Equal(70 / 3.0, Values<double>(new Average(0), columns, arena)[0]);
            Assert.Equal((10 + 40 + 160) / 7.0, Values<double>(new VolumeWeightedPrice(0, 1), columns, arena)[0]);
            Assert.True(Nulls.IsNull(Values<double>(new Average(0), columns, arena)[1]));
            Assert.True(Nulls.IsNull(Values<double>(new VolumeWeightedPrice(0, 1), columns, arena)[1]));
            var grouped = new IntegerSum(1);
            grouped.Begin(arena);
            grouped.EnsureGroups(2);
            grouped.UpdateGroups([0, 1, 0, 1], columns);
            Assert.Equal([4, 6], Results<long>(grouped));
        }
    }

    [Fact]
    public void IntegerSum_BeyondInt64_IsAnError()
    {
        using var arena = new NativeArena();
        long[] values = [long.MaxValue, 1];
        fixed (long* v = values)
        {
            Vector[] columns = [Vector.Of(VectorKind.Int64, v, 2, false)];
            Assert.Equal("Integer overflow in sum", Assert.Throws<SqlException>(() => { Values<long>(new IntegerSum(0), columns, arena); }).Message);
        }
    }

    [Fact]
    public void FloatSum_SkipsNullsAndKeepsNaN()
    {
        using var arena = new NativeArena();
        double[] values = [1.5, Nulls.Float64, 2];
        fixed (double* v = values)
        {
            Assert.Equal(3.5, Values<double>(new FloatSum(0), [Vector.Of(VectorKind.Float64, v, 3, true)], arena)[0]);
            v[1] = double.NaN;
            var sum = Values<double>(new FloatSum(0), [Vector.Of(VectorKind.Float64, v, 3, true)], arena)[0];
            Assert.True(double.IsNaN(sum) && !Nulls.IsNull(sum));
        }
    }

    /// <summary>Group 0 gets all rows, group 1 none.</summary>
    private static T[] Values<T>(AggregateFunction function, Vector[] columns, NativeArena arena) where T : unmanaged
    {
        function.Begin(arena);
        function.EnsureGroups(2);
        function.UpdateRange(0, columns, 0, columns[0].RowCount);
        return Results<T>(function);
    }

    private static T[] Results<T>(AggregateFunction function) where T : unmanaged
    {
        var results = new T[2];
        fixed (T* r = results)
            function.Result(0, 2, r);
        return results;
    }
}
