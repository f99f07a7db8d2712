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
