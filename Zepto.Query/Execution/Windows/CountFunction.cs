using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

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
