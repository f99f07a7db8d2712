using System.Runtime.CompilerServices;

namespace Zepto.Query.Execution.Windows;

/// <summary>Frames of a partition's rows. Both ends never move back from one row to the next, and a start is never after its end.</summary>
internal unsafe interface IFrameRows
{
    /// <summary>No frame has more rows.</summary>
    int Largest { get; }

    /// <summary>Rows whose frames are not empty and move on by one row each, from the first to below the second.</summary>
    (int From, int To) SteadyRows { get; }

    /// <summary>First row of a row's frame.</summary>
    int Start(int row);

    /// <summary>Row after the last one of a row's frame.</summary>
    int End(int row);
}

/// <summary>ROWS: fixed distances from the current row, cut at the partition's ends.</summary>
/// <param name="first">Distance of the frame's first row, negative before the current one.</param>
/// <param name="last">Distance of its last row.</param>
/// <param name="rowCount">Rows of the partition.</param>
internal readonly struct OffsetFrames(long first, long last, int rowCount) : IFrameRows
{
    /// <summary>A distance that reaches over every partition; sums with row numbers do not overflow.</summary>
    public const long Unbounded = 1L << 40;

    public int Largest => (int)Math.Clamp(last - first + 1, 0, rowCount);

    public (int From, int To) SteadyRows
    {
        get
        {
            var from = (int)Math.Clamp(-first, 0, rowCount);
            return last < first ? (from, from) : (from, (int)Math.Clamp(rowCount - last, from, rowCount));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Start(int row) => (int)Math.Min(Math.Max(row + first, 0), rowCount);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int End(int row) => (int)Math.Max(Start(row), Math.Min(row + last + 1, rowCount));
}

/// <summary>RANGE: frames worked out row by row.</summary>
internal readonly unsafe struct ListedFrames(int* starts, int* ends, int rowCount) : IFrameRows
{
    public int Largest => rowCount;

    public (int From, int To) SteadyRows => (0, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Start(int row) => starts[row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int End(int row) => ends[row];
}
