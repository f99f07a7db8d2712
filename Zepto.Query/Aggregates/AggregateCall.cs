using Zepto.Query.Expressions;

namespace Zepto.Query.Aggregates;

/// <summary>
/// Hidden columns of a table scan that order its rows. Both missing: the order of coming counts; <paramref name="Sequence"/> alone: the table has no
/// designated timestamp.
/// </summary>
internal sealed record RowOrder(BoundExpression? Time, BoundExpression? Sequence);

/// <summary>
/// An aggregate call with its types resolved. <paramref name="Arguments"/> are computed for each row by the operator; <paramref name="Create"/> makes
/// the function from their places in the operator's argument chunk.
/// </summary>
internal sealed record AggregateCall(BoundExpression[] Arguments, Func<int[], AggregateFunction> Create)
{
    /// <summary>Whether counting equal values once changes nothing.</summary>
    public bool IgnoresDistinct { get; init; }
}
