using System.Text;
using Zepto.Query.Aggregates;
using Zepto.Query.Execution;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Aggregates;

/// <summary>How rows are brought to a function.</summary>
public enum Feed
{
    Ranges,
    Groups,
    Masks,
    MergedHalves,
}

/// <summary>Runs one aggregate call over a table in each of the ways an operator may choose; gives a value for each group.</summary>
internal sealed unsafe class AggregateRunner : IDisposable
{
    private readonly AggregateTable _table;
    private readonly Random _random;
    private readonly QueryRun _run = new(1L << 30, 16);
    private readonly QueryRun _otherRun = new(1L << 30, 16);
    private readonly AggregateFunction _function;
    private readonly AggregateFunction _other;
    private readonly Vector[] _columns;

    public AggregateRunner(AggregateTable table, AggregateCall call, int seed)
    {
        _table = table;
        _random = new Random(seed);
        _run.Begin(0, 0);
        _otherRun.Begin(0, 0);
        // Places need not be dense: the other calls of a statement have columns too.
        var places = Enumerable.Range(0, call.Arguments.Length).Select(i => 1 + i * 2).ToArray();
        _columns = new Vector[call.Arguments.Length * 2 + 1];
        var context = EvaluationContext.Of(null, _run, table.Vectors.Length);
        table.Vectors.CopyTo(context.Inputs, 0);
        context.RowCount = table.RowCount;
        for (var i = 0; i < places.Length; i++)
            _columns[places[i]] = call.Arguments[i].Evaluate(context);
        _function = call.Create(places);
        _other = call.Create(places);
    }

    /// <summary>Value of each group: long, double, bool, string, null.</summary>
    public object?[] Run(Feed feed)
    {
        Start(_function, _run);
        switch (feed)
        {
            case Feed.Ranges:
                AddRanges(_function, 0, _table.RowCount, g => g);
                break;
            case Feed.Groups:
                _function.UpdateGroups(_table.Groups, _columns);
                break;
            case Feed.Masks:
                for (var group = 0; group < AggregateTable.GroupCount - 1; group++)
                    _function.UpdateMasked(group, _columns, Array.ConvertAll(_table.Groups, g => g == group ? (byte)1 : (byte)0));
                break;
            default:
                // The other numbers its groups the other way round.
                Start(_other, _otherRun);
                var half = _table.RowCount / 2;
                AddRanges(_function, 0, half, g => g);
                AddRanges(_other, half, _table.RowCount, g => AggregateTable.GroupCount - 1 - g);
                int[] numbers = [.. Enumerable.Range(0, AggregateTable.GroupCount).Reverse()];
                _function.Merge(_other, 0, numbers.AsSpan(0, 2));
                _function.Merge(_other, 2, numbers.AsSpan(2));
                break;
        }

        return Results(_function);
    }

    /// <summary>A run by groups and ranges without managed objects of its own, to measure the function.</summary>
    public void FeedOnce()
    {
        _run.Begin(0, 0);
        Start(_function, _run);
        _function.UpdateGroups(_table.Groups, _columns);
        _function.UpdateRange(0, _columns, 0, _table.RowCount);
        var memory = stackalloc TextRef[AggregateTable.GroupCount];
        _function.Result(0, AggregateTable.GroupCount, memory);
    }

    public void Dispose()
    {
        _run.Dispose();
        _otherRun.Dispose();
    }

    private static void Start(AggregateFunction function, QueryRun run)
    {
        function.Begin(run);
        function.EnsureGroups(1);
        function.EnsureGroups(AggregateTable.GroupCount);
    }

    private void AddRanges(AggregateFunction function, int start, int end, Func<int, int> number)
    {
        while (start < end)
        {
            var group = _table.Groups[start];
            var next = start + 1;
            while (next < end && _table.Groups[next] == group && _random.Next(40) != 0)
                next++;
            function.UpdateRange(number(group), _columns, start, next - start);
            start = next;
        }
    }

    private static object?[] Results(AggregateFunction function)
    {
        const int Count = AggregateTable.GroupCount;
        var kind = function.ResultShape.Kind;
        var memory = stackalloc TextRef[Count];
        // In two parts, as chunks of a result come.
        function.Result(0, 2, memory);
        function.Result(2, Count - 2, (byte*)memory + 2 * Vector.WidthBytes(kind));
        var results = new object?[Count];
        for (var i = 0; i < Count; i++)
        {
            results[i] = kind switch
            {
                VectorKind.Int64 => ((long*)memory)[i] is var number && number == Nulls.Int64 ? null : number,
                VectorKind.Float64 => ((double*)memory)[i] is var number && Nulls.IsNull(number) ? null : number,
                VectorKind.Bool => ((byte*)memory)[i] == Nulls.Bool ? null : ((byte*)memory)[i] == 1,
                VectorKind.Code => ((int*)memory)[i] == 0 ? null : Text(function.Dictionary!.Text(((int*)memory)[i])),
                _ => Text(memory[i]),
            };
        }

        return results;
    }

    private static string? Text(TextRef text) => text.IsNull ? null : Encoding.UTF8.GetString(text.Bytes);
}
