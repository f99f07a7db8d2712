using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>first_value and last_value: the value, NULL or not, of the frame's first or last row.</summary>
/// <typeparam name="T">Memory form of the argument; doubles go as their bits.</typeparam>
internal sealed unsafe class FrameValueFunction<T>(ColumnShape result, Frame frame, int argument, bool last, T missing)
    : FramedFunction(result with { Nullable = true }, frame)
    where T : unmanaged
{
    public override int DictionaryArgument => Result.Kind == VectorKind.Code ? argument : -1;

    protected override void Compute<TFrames>(TFrames frames, WindowPartition partition, void* target)
    {
        var values = (T*)partition.Argument(argument).Data;
        for (var row = 0; row < partition.RowCount; row++)
        {
            var frameStart = frames.Start(row);
            var frameEnd = frames.End(row);
            ((T*)target)[row] = frameStart == frameEnd ? missing : values[last ? frameEnd - 1 : frameStart];
        }
    }
}
