using System.Runtime.CompilerServices;
using Zepto.Query.Kernels;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>What becomes of an exact integer sum.</summary>
internal interface ISumResult<T>
{
    /// <summary>The result of a frame without values.</summary>
    static abstract T None { get; }

    static abstract T Of(long sum, long count);

    static abstract T Of(Int128 sum, long count);
}

/// <summary>sum: INT64, or an error.</summary>
internal readonly struct SumResult : ISumResult<long>
{
    public static long None => Nulls.Int64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Of(long sum, long count) => sum;

    // The least INT64 stands for NULL, so it is out of range too.
    public static long Of(Int128 sum, long count) =>
        sum > long.MaxValue || sum <= long.MinValue ? throw SqlException.Value("Integer overflow in sum") : (long)sum;
}

/// <summary>avg: FLOAT64.</summary>
internal readonly struct AverageResult : ISumResult<double>
{
    public static double None => Nulls.Float64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Of(long sum, long count) => (double)sum / count;

    public static double Of(Int128 sum, long count) => (double)sum / count;
}

/// <summary>
/// sum and avg of integers over frames: rows are added at the frame's end and taken off at its start, exactly. In 64 bits where the partition's
/// values cannot overflow them, else in 128.
/// </summary>
internal sealed unsafe class IntegerSumFunction<TSum, T>(ColumnShape result, Frame frame, int argument) : FramedFunction(result, frame)
    where TSum : struct, ISumResult<T>
    where T : unmanaged
{
    protected override void Compute<TFrames>(TFrames frames, WindowPartition partition, void* target)
    {
        var rowCount = partition.RowCount;
        ref readonly var column = ref partition.Argument(argument);
        var values = (long*)column.Data;
        if (!FitsLong(column.Int64, frames.Largest))
            SlideWide(frames, values, partition, (T*)target);
        else if (column.MayHaveNulls && CountKernels.CountPresent(column.Int64) < rowCount)
            SlidePresent(frames, values, rowCount, (T*)target);
        else
            Slide(frames, values, rowCount, (T*)target);
    }

    private static bool FitsLong(ReadOnlySpan<long> values, int largestFrame)
    {
        var least = (Int128)RangeKernels.Min(values, []);
        var greatest = (Int128)RangeKernels.Max(values, []);
        return Int128.Max(-least, greatest) * largestFrame <= long.MaxValue;
    }

    private static void Slide<TFrames>(TFrames frames, long* values, int rowCount, T* target) where TFrames : struct, IFrameRows
    {
        var (steadyFrom, steadyTo) = frames.SteadyRows;
        if (steadyTo - steadyFrom < 2)
        {
            var whole = default(Slider);
            Slide(frames, values, 0, rowCount, ref whole, target);
            return;
        }

        var slider = default(Slider);
        Slide(frames, values, 0, steadyFrom + 1, ref slider, target);
        var count = slider.End - slider.First;
        var arrivals = values + slider.End;
        var leavers = values + slider.First;
        var sum = slider.Sum;
        var steps = steadyTo - steadyFrom - 1;
        var results = target + steadyFrom + 1;
        for (var i = 0; i < steps; i++)
        {
            sum += arrivals[i] - leavers[i];
            results[i] = TSum.Of(sum, count);
        }

        slider = new Slider { Sum = sum, First = slider.First + steps, End = slider.End + steps };
        Slide(frames, values, steadyTo, rowCount, ref slider, target);
    }

    private static void Slide<TFrames>(TFrames frames, long* values, int from, int to, ref Slider slider, T* target)
        where TFrames : struct, IFrameRows
    {
        var (sum, first, end) = (slider.Sum, slider.First, slider.End);
        for (var row = from; row < to; row++)
        {
            var frameStart = frames.Start(row);
            var frameEnd = frames.End(row);
            for (; end < frameEnd; end++)
                sum += values[end];
            for (; first < frameStart; first++)
                sum -= values[first];
            target[row] = frameEnd == frameStart ? TSum.None : TSum.Of(sum, frameEnd - frameStart);
        }

        slider = new Slider { Sum = sum, First = first, End = end };
    }

    private static void SlidePresent<TFrames>(TFrames frames, long* values, int rowCount, T* target) where TFrames : struct, IFrameRows
    {
        long sum = 0;
        long count = 0;
        var (first, end) = (0, 0);
        for (var row = 0; row < rowCount; row++)
        {
            var frameStart = frames.Start(row);
            var frameEnd = frames.End(row);
            for (; end < frameEnd; end++)
            {
                var isPresent = values[end] != Nulls.Int64;
                sum += isPresent ? values[end] : 0;
                count += isPresent ? 1 : 0;
            }

            for (; first < frameStart; first++)
            {
                var isPresent = values[first] != Nulls.Int64;
                sum -= isPresent ? values[first] : 0;
                count -= isPresent ? 1 : 0;
            }

            target[row] = count == 0 ? TSum.None : TSum.Of(sum, count);
        }
    }

    private static void SlideWide<TFrames>(TFrames frames, long* values, WindowPartition partition, T* target) where TFrames : struct, IFrameRows
    {
        Int128 sum = 0;
        long count = 0;
        var (first, end) = (0, 0);
        for (var row = 0; row < partition.RowCount; row++)
        {
            var frameStart = frames.Start(row);
            var frameEnd = frames.End(row);
            for (; end < frameEnd; end++)
            {
                if (values[end] == Nulls.Int64)
                    continue;
                sum += values[end];
                count++;
            }

            for (; first < frameStart; first++)
            {
                if (values[first] == Nulls.Int64)
                    continue;
                sum -= values[first];
                count--;
            }

            target[row] = count == 0 || row < partition.ContextRows ? TSum.None : TSum.Of(sum, count);
        }
    }

    // Sum of the rows from First to below End.
    private struct Slider
    {
        public long Sum;
        public int First;
        public int End;
    }
}
