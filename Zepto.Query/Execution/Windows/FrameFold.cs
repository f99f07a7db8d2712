using System.Runtime.CompilerServices;
using Zepto.Native.Memory;

namespace Zepto.Query.Execution.Windows;

/// <summary>An associative way to put the rows of a frame together.</summary>
/// <typeparam name="TValue">Argument of one row.</typeparam>
/// <typeparam name="TState">What is known of a run of rows.</typeparam>
/// <typeparam name="TResult">What is written.</typeparam>
internal interface IFold<TValue, TState, TResult>
{
    /// <summary>No rows.</summary>
    TState Empty { get; }

    /// <summary>One row.</summary>
    TState Of(TValue value);

    /// <summary>A run of rows and the run right behind it.</summary>
    TState Combine(TState earlier, TState later);

    /// <summary>The result for a frame.</summary>
    TResult Result(TState state);
}

/// <summary>
/// Folds moving frames with a few combinations a row and without ever taking a row out: a frame is a stored suffix of the rows before a
/// pivot and a running fold of the rows behind it. So rounding errors do not pile up, and a NaN or an infinity is gone once it has left the frame.
/// </summary>
internal static unsafe class FrameFold
{
    public static void Run<TFrames, TFold, TValue, TState, TResult>(
        TFrames frames, TFold fold, TValue* values, int rowCount, TResult* target, NativeArena scratch)
        where TFrames : struct, IFrameRows
        where TFold : struct, IFold<TValue, TState, TResult>
        where TValue : unmanaged
        where TState : unmanaged
        where TResult : unmanaged
    {
        // suffixes[i] folds the rows from first + i to below pivot, behind those from pivot to below end.
        var suffixes = scratch.Allocate<TState>(frames.Largest);
        var first = 0;
        var pivot = 0;
        var end = 0;
        var behind = fold.Empty;
        for (var row = 0; row < rowCount; row++)
        {
            var frameStart = frames.Start(row);
            var frameEnd = frames.End(row);
            if (frameStart >= pivot)
            {
                // All rows before the pivot have left: it moves to the frame's end.
                first = frameStart;
                pivot = end = frameEnd;
                behind = fold.Empty;
                Suffixes<TFold, TValue, TState, TResult>(fold, values + first, pivot - first, suffixes);
            }

            for (; end < frameEnd; end++)
                behind = fold.Combine(behind, fold.Of(values[end]));
            target[row] = fold.Result(frameStart < pivot ? fold.Combine(suffixes[frameStart - first], behind) : fold.Empty);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Suffixes<TFold, TValue, TState, TResult>(TFold fold, TValue* values, int count, TState* suffixes)
        where TFold : struct, IFold<TValue, TState, TResult>
        where TValue : unmanaged
        where TState : unmanaged
        where TResult : unmanaged
    {
        var state = fold.Empty;
        for (var i = count - 1; i >= 0; i--)
        {
            state = fold.Combine(fold.Of(values[i]), state);
            suffixes[i] = state;
        }
    }
}
