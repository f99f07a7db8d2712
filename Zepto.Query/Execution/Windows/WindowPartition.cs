using System.Diagnostics;
using Zepto.Native.Memory;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// What a window function sees of one partition: its rows in window order, each argument as one contiguous array. Filled by the operator,
/// valid during one call.
/// </summary>
internal sealed unsafe class WindowPartition(int argumentCount)
{
    private readonly Vector[] _arguments = new Vector[argumentCount];

    /// <summary>Scratch memory; the operator releases it after each function.</summary>
    public NativeArena Scratch { get; private set; } = null!;

    /// <summary>Rows of the partition, at least 1.</summary>
    public int RowCount { get; private set; }

    /// <summary>
    /// Leading rows that are here only for the frames of those behind them: what is written for them is not read, and they must not raise errors.
    /// </summary>
    public int ContextRows { get; private set; }

    /// <summary>First row of each row's peers (rows with equal ORDER BY keys); null unless a function said that it needs peers.</summary>
    public int* PeerStarts { get; private set; }

    /// <summary>Row after each row's last peer.</summary>
    public int* PeerEnds { get; private set; }

    /// <summary>The ORDER BY key of a RANGE frame with offsets, Int64 or Float64.</summary>
    public Vector Key { get; private set; }

    /// <summary>Direction of that key.</summary>
    public bool KeyDescending { get; private set; }

    /// <summary>Values of an argument, one a row, never a constant vector.</summary>
    public ref readonly Vector Argument(int index) => ref _arguments[index];

    /// <summary>Takes rows <paramref name="start"/> to below start + <paramref name="rowCount"/> of the arguments.</summary>
    public void Begin(NativeArena scratch, ReadOnlySpan<Vector> arguments, int start, int rowCount, int contextRows)
    {
        Debug.Assert(arguments.Length == _arguments.Length && rowCount > 0);
        Scratch = scratch;
        RowCount = rowCount;
        ContextRows = contextRows;
        PeerStarts = PeerEnds = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            Debug.Assert(!arguments[i].IsConstant);
            _arguments[i] = arguments[i].Slice(start, rowCount);
        }
    }

    /// <summary>Gives the ORDER BY key for RANGE offsets.</summary>
    public void SetKey(in Vector key, bool descending)
    {
        Key = key;
        KeyDescending = descending;
    }

    /// <summary>Works the peers out; <paramref name="isNewPeer"/> has a 0 for each row that is equal to the one before, null when all rows are equal.</summary>
    public void FindPeers(byte* isNewPeer)
    {
        PeerStarts = Scratch.Allocate<int>(RowCount);
        PeerEnds = Scratch.Allocate<int>(RowCount);
        var start = 0;
        for (var row = 1; row <= RowCount; row++)
        {
            if (row < RowCount && (isNewPeer == null || isNewPeer[row] == 0))
                continue;
            new Span<int>(PeerStarts + start, row - start).Fill(start);
            new Span<int>(PeerEnds + start, row - start).Fill(row);
            start = row;
        }
    }
}
