using Zepto.Query.Execution;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Results;

namespace Zepto.Query.Engine;

/// <summary>
/// Operators of a statement, ready to run for one execution at a time; further instances are made when it runs more than once at a time.
/// </summary>
internal sealed class Plan(Operator root, ResultColumn[] columns, ScanOperator[] scans, CachedStatement? origin)
{
    public Operator Root { get; } = root;

    public ResultColumn[] Columns { get; } = columns;

    /// <summary>All scans in it.</summary>
    public ScanOperator[] Scans { get; } = scans;

    /// <summary>The cache entry it goes back to; null for a plan that is used once.</summary>
    public CachedStatement? Origin { get; } = origin;

    /// <summary>What is done with each row of the result, in nanoseconds; 0 where it is only shown.</summary>
    public double ResultRowCostNs { get; init; }

    /// <summary>Rows that the opened plan may read, counted only until they are more than <paramref name="enough"/>.</summary>
    public long EstimateRows(long enough)
    {
        long rows = 0;
        foreach (var scan in Scans)
        {
            rows += scan.EstimateRows(enough - rows);
            if (rows > enough)
                break;
        }

        return rows;
    }

    /// <summary>Whether the opened plan is likely to take no longer than a time: what it reads times what its operators cost a row.</summary>
    public bool TakesAtMost(long microseconds)
    {
        var cost = CostOf(Root, out var results) + (ResultRowCostNs * results);
        var rows = (long)Math.Min(microseconds * 1000 / cost, long.MaxValue / 2);
        return EstimateRows(rows) <= rows;
    }

    // Nanoseconds a row of the scans; says too how many rows come out for one.
    private static double CostOf(Operator node, out double rows)
    {
        double cost = 0;
        rows = node.Inputs.IsEmpty ? 1 : 0;
        foreach (var input in node.Inputs)
        {
            cost += CostOf(input, out var inputRows);
            rows = Math.Max(rows, inputRows);
        }

        cost += node.RowCostNs * rows;
        rows *= node.RowsPerInputRow;
        return cost;
    }
}
