namespace Zepto.Query.Syntax;

/// <summary>Rewrites of operators.</summary>
internal static class BinaryOperators
{
    /// <summary>The comparison that <c>b op a</c> needs to mean <c>a op b</c>; other operators stay as they are.</summary>
    public static BinaryOperator Swap(this BinaryOperator operation) => operation switch
    {
        BinaryOperator.Less => BinaryOperator.Greater,
        BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
        BinaryOperator.Greater => BinaryOperator.Less,
        BinaryOperator.GreaterOrEqual => BinaryOperator.LessOrEqual,
        _ => operation,
    };
}
