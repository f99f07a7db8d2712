using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Execution.Windows;

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
