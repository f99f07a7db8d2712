using System.Diagnostics;
using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// Computes window functions chunk by chunk, for input that comes in window order and functions that look a bounded number of rows back:
/// keeps the last rows of each argument in front of the next chunk's. Nothing else is copied.
/// </summary>
internal sealed unsafe class WindowStream(WindowInput input, int[] argumentColumns, WindowFunction[] functions)
{
    // Rows that are looked back on are computed again with each chunk, so more than a chunk would cost more than it saves.
    private const int LargestLookback = Operator.MaxChunkRows;

    private readonly WindowPartition _partition = new(argumentColumns.Length);
    private readonly Vector[] _arguments = new Vector[argumentColumns.Length];
    private readonly Vector[] _results = new Vector[functions.Length];
    private readonly void*[] _argumentRows = new void*[argumentColumns.Length];
    private readonly void*[] _resultRows = new void*[functions.Length];
    private readonly bool[] _mayHaveNulls = new bool[argumentColumns.Length];
    private QueryRun? _run;
    private NativeArena.Mark _mark;
    private bool _marked;
    private int _lookback;

    // Rows of the partition kept from the chunks before, and that partition.
    private int _kept;
    private int _lastGroup;

    /// <summary>A column a function for the current chunk.</summary>
    public ReadOnlySpan<Vector> Results => _results;

    /// <summary>Whether the functions can be served, after they were opened.</summary>
    public bool CanServe()
    {
        var longest = 0L;
        foreach (var function in functions)
            longest = Math.Max(longest, function.Lookback);
        // Texts lie in the chunk's memory and would not outlive it.
        foreach (var column in argumentColumns)
            longest = input.Shape[column].Kind == VectorKind.Text ? WindowFunction.WholePartition : longest;
        _lookback = (int)Math.Min(longest, int.MaxValue);
        return longest <= LargestLookback;
    }

    public void Open(QueryRun run)
    {
        _run = run;
        _marked = false;
        _kept = 0;
        _lastGroup = -1;
        Array.Clear(_mayHaveNulls);
        var rows = (long)_lookback + Operator.MaxChunkRows;
        for (var i = 0; i < _argumentRows.Length; i++)
            _argumentRows[i] = run.Arena.Allocate(rows * Vector.WidthBytes(input.Shape[argumentColumns[i]].Kind));
        for (var i = 0; i < _resultRows.Length; i++)
            _resultRows[i] = run.Arena.Allocate(rows * Vector.WidthBytes(functions[i].Result.Kind));
    }

    /// <summary>Moves to the next chunk of the input and computes it.</summary>
    public bool Next()
    {
        Release();
        _mark = _run!.Scratch.MarkPosition();
        _marked = true;
        if (!input.Next())
            return false;
        if (*input.Groups != _lastGroup)
            _kept = 0;
        TakeArguments();
        var rowCount = input.RowCount;
        for (var start = 0; start < rowCount;)
        {
            // Only the chunk's first partition can have begun before the chunk.
            var end = GroupEnd(start);
            Compute(start, end, start == 0 ? _kept : 0);
            start = end;
        }

        for (var i = 0; i < functions.Length; i++)
        {
            var result = functions[i].Result;
            var dictionary = functions[i].DictionaryArgument is >= 0 and var argument ? _arguments[argument].Dictionary : null;
            var width = Vector.WidthBytes(result.Kind);
            _results[i] = Vector.Of(result.Kind, (byte*)_resultRows[i] + (long)_lookback * width, rowCount, result.Nullable, dictionary);
        }

        KeepLastRows();
        return true;
    }

    public void Close() => Release();

    // Puts the chunk's arguments behind the kept rows, which end at row _lookback of the memory.
    private void TakeArguments()
    {
        for (var i = 0; i < _arguments.Length; i++)
        {
            ref readonly var column = ref input.Columns[argumentColumns[i]];
            var width = Vector.WidthBytes(column.Kind);
            ColumnCopy.Rows(column, 0, input.RowCount, (byte*)_argumentRows[i] + (long)_lookback * width);
            _mayHaveNulls[i] |= column.MayHaveNulls;
            _arguments[i] = Vector.Of(column.Kind, _argumentRows[i], _lookback + input.RowCount, _mayHaveNulls[i], column.Dictionary);
        }
    }

    private int GroupEnd(int start)
    {
        if (input.HasOneGroup)
            return input.RowCount;
        var groups = input.Groups;
        var end = start + 1;
        while (end < input.RowCount && groups[end] == groups[start])
            end++;
        return end;
    }

    private void Compute(int start, int end, int context)
    {
        var scratch = _run!.Scratch;
        var first = _lookback + start - context;
        _partition.Begin(scratch, _arguments, first, end - start + context, context);
        for (var i = 0; i < functions.Length; i++)
        {
            var mark = scratch.MarkPosition();
            functions[i].Compute(_partition, (byte*)_resultRows[i] + (long)first * Vector.WidthBytes(functions[i].Result.Kind));
            scratch.Release(mark);
        }
    }

    private void KeepLastRows()
    {
        var rowCount = input.RowCount;
        var lastGroup = input.Groups[input.HasOneGroup ? 0 : rowCount - 1];
        var lastRows = _kept + rowCount;
        if (!input.HasOneGroup)
        {
            var start = rowCount - 1;
            while (start > 0 && input.Groups[start - 1] == lastGroup)
                start--;
            lastRows = start > 0 ? rowCount - start : lastRows;
        }

        _lastGroup = lastGroup;
        _kept = Math.Min(lastRows, _lookback);
        Debug.Assert(_kept <= _lookback);
        for (var i = 0; i < _arguments.Length; i++)
        {
            var width = Vector.WidthBytes(_arguments[i].Kind);
            var memory = (byte*)_argumentRows[i];
            var bytes = (long)_kept * width;
            Buffer.MemoryCopy(memory + (long)(_lookback + rowCount - _kept) * width, memory + (long)(_lookback - _kept) * width, bytes, bytes);
        }
    }

    private void Release()
    {
        if (!_marked)
            return;
        _run!.Scratch.Release(_mark);
        _marked = false;
    }
}
