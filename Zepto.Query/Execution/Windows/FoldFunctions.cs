using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>A function that is a fold over the frame.</summary>
internal sealed unsafe class FoldFunction<TFold, TValue, TState, TResult>(ColumnShape result, Frame frame, TFold fold, int argument)
    : FramedFunction(result, frame)
    where TFold : struct, IFold<TValue, TState, TResult>
    where TValue : unmanaged
    where TState : unmanaged
    where TResult : unmanaged
{
    protected override void Compute<TFrames>(TFrames frames, WindowPartition partition, void* target) =>
        FrameFold.Run<TFrames, TFold, TValue, TState, TResult>(
            frames, fold, (TValue*)partition.Argument(argument).Data, partition.RowCount, (TResult*)target, partition.Scratch);
}

/// <summary>min and max; the result has the argument's type.</summary>
internal sealed unsafe class ExtremeFunction(ColumnShape result, Frame frame, int argument, bool least) : FramedFunction(result with { Nullable = true }, frame)
{
    public override int DictionaryArgument => Result.Kind == VectorKind.Code ? argument : -1;

    protected override void Compute<TFrames>(TFrames frames, WindowPartition partition, void* target)
    {
        ref readonly var values = ref partition.Argument(argument);
        switch (values.Kind)
        {
            case VectorKind.Int64:
                Numbers<TFrames, long, IntegerForm>(frames, partition, target);
                break;
            case VectorKind.Float64:
                Numbers<TFrames, double, FloatForm>(frames, partition, target);
                break;
            case VectorKind.Bool:
                Numbers<TFrames, byte, BoolForm>(frames, partition, target);
                break;
            case VectorKind.Code:
                var codes = new CodeExtremeFold(values.Dictionary, least);
                FrameFold.Run<TFrames, CodeExtremeFold, int, int, int>(
                    frames, codes, (int*)values.Data, partition.RowCount, (int*)target, partition.Scratch);
                break;
            default:
                FrameFold.Run<TFrames, TextExtremeFold, TextRef, TextRef, TextRef>(
                    frames, new TextExtremeFold(least), (TextRef*)values.Data, partition.RowCount, (TextRef*)target, partition.Scratch);
                break;
        }
    }

    private void Numbers<TFrames, T, TForm>(TFrames frames, WindowPartition partition, void* target)
        where TFrames : struct, IFrameRows
        where T : unmanaged
        where TForm : struct, IOrderedForm<T>
    {
        var values = (T*)partition.Argument(argument).Data;
        if (least)
            FrameFold.Run<TFrames, MinFold<T, TForm>, T, long, T>(frames, default, values, partition.RowCount, (T*)target, partition.Scratch);
        else
            FrameFold.Run<TFrames, MaxFold<T, TForm>, T, long, T>(frames, default, values, partition.RowCount, (T*)target, partition.Scratch);
    }
}

/// <summary>count(*), and count(x) of the values that are not NULL.</summary>
/// <param name="frame">Frame of each row.</param>
/// <param name="argument">Argument, or -1 for count(*).</param>
internal sealed unsafe class CountFunction(Frame frame, int argument) : FramedFunction(WindowShapes.Count, frame)
{
    protected override void Compute<TFrames>(TFrames frames, WindowPartition partition, void* target)
    {
        if (argument < 0 || !partition.Argument(argument).MayHaveNulls)
        {
            for (var row = 0; row < partition.RowCount; row++)
                ((long*)target)[row] = frames.End(row) - frames.Start(row);
            return;
        }

        ref readonly var values = ref partition.Argument(argument);
        switch (values.Kind)
        {
            case VectorKind.Int64 or VectorKind.Float64:
                Present(frames, (long*)values.Data, values.Kind == VectorKind.Int64 ? Nulls.Int64 : Nulls.Float64Bits, partition, (long*)target);
                break;
            case VectorKind.Bool:
                Present(frames, (byte*)values.Data, Nulls.Bool, partition, (long*)target);
                break;
            case VectorKind.Code:
                Present(frames, (int*)values.Data, Nulls.Code, partition, (long*)target);
                break;
            default:
                var present = partition.Scratch.Allocate<long>(partition.RowCount);
                var texts = (TextRef*)values.Data;
                for (var row = 0; row < partition.RowCount; row++)
                    present[row] = texts[row].IsNull ? 0 : 1;
                Present(frames, present, 0, partition, (long*)target);
                break;
        }
    }

    private static void Present<TFrames, T>(TFrames frames, T* values, T missing, WindowPartition partition, long* target)
        where TFrames : struct, IFrameRows
        where T : unmanaged, IEquatable<T>
    {
        long count = 0;
        var (first, end) = (0, 0);
        for (var row = 0; row < partition.RowCount; row++)
        {
            var frameStart = frames.Start(row);
            var frameEnd = frames.End(row);
            for (; end < frameEnd; end++)
                count += values[end].Equals(missing) ? 0 : 1;
            for (; first < frameStart; first++)
                count -= values[first].Equals(missing) ? 0 : 1;
            target[row] = count;
        }
    }
}
