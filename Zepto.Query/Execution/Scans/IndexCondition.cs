using Zepto.Query.Expressions;

namespace Zepto.Query.Execution.Scans;

/// <summary>Conditions on one column that has an attribute, all of which hold: they say which of its values are wanted. They stay in a filter above.</summary>
internal sealed class IndexCondition(int column)
{
    /// <summary>The column.</summary>
    public int Column { get; } = column;

    /// <summary>Comparisons with constants.</summary>
    public List<ColumnBound> Bounds { get; } = [];

    /// <summary>The constants of IN, one of which the value equals; null where there is no IN.</summary>
    public BoundExpression[]? Items { get; set; }
}
