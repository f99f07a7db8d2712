using Zepto.Query.Access;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Execution.Scans;

/// <summary>`column op constant`, with the constant evaluated anew for each run. On a block's statistics it says which blocks cannot match.</summary>
internal readonly record struct ColumnBound(int Column, BinaryOperator Operator, BoundExpression Value);

/// <summary>
/// What a scan may leave out. Symbols and time bounds are exact: the scan gives no other row, so the planner drops those conditions. Block bounds
/// only skip blocks and index conditions rows; their conditions stay in a filter above. What is exact among them becomes a mask of the rows that the scan
/// gives as a column to that filter.
/// </summary>
internal sealed class ScanRestriction
{
    /// <summary>Wanted values of the designated symbol column (ids or names), or null for all.</summary>
    public BoundExpression[]? Symbols { get; set; }

    /// <summary>The only symbols whose rows the statement's caller sees, whatever it asks for; null for all.</summary>
    public SymbolAccess? Visible { get; set; }

    /// <summary>Bounds on the designated timestamp, all of which hold.</summary>
    public List<ColumnBound> TimeBounds { get; } = [];

    /// <summary>Bounds on other numeric columns.</summary>
    public List<ColumnBound> BlockBounds { get; } = [];

    /// <summary>Those of the block bounds that the scan can answer exactly, each with the condition it stands for.</summary>
    public List<(Expression Condition, ColumnBound Bound)> MaskBounds { get; } = [];

    /// <summary>Conditions on columns that have attributes, one for a column.</summary>
    public List<IndexCondition> IndexConditions { get; } = [];
}
