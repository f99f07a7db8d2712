namespace Zepto.Query.Execution.Windows;

/// <summary>A function over each row's frame.</summary>
internal abstract unsafe class FramedFunction(ColumnShape result, Frame frame) : WindowFunction(result)
{
    public override bool NeedsPeers => frame.NeedsPeers;

    public override bool NeedsKey => frame.NeedsKey;

    public override long Lookback => frame.Lookback;

    public override void Open(Expressions.EvaluationContext constants) => frame.Open(constants);

    public override void Compute(WindowPartition partition, void* target)
    {
        if (frame.IsOffsets)
            Compute(frame.Offsets(partition.RowCount), partition, target);
        else
            Compute(frame.List(partition), partition, target);
    }

    /// <summary>Writes the result of each row's frame.</summary>
    protected abstract void Compute<TFrames>(TFrames frames, WindowPartition partition, void* target) where TFrames : struct, IFrameRows;
}
