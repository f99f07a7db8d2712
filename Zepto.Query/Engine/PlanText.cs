using Zepto.Query.Execution;

namespace Zepto.Query.Engine;

/// <summary>A plan as lines of text: an operator a line, inputs below and further right.</summary>
internal static class PlanText
{
    /// <summary>The lines of an opened plan, and last where it runs.</summary>
    public static List<string> Of(Plan plan, long inlineMicroseconds)
    {
        var lines = new List<string>();
        Add(plan.Root, 0, lines);
        var rows = plan.EstimateRows(long.MaxValue);
        lines.Add($"Reads at most {rows} rows, {(plan.TakesAtMost(inlineMicroseconds) ? "on the connection's thread" : "on the query threads")}");
        return lines;
    }

    private static void Add(Operator node, int depth, List<string> lines)
    {
        lines.Add(new string(' ', 2 * depth) + node.Describe());
        foreach (var input in node.Inputs)
            Add(input, depth + 1, lines);
    }
}
