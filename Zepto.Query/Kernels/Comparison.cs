namespace Zepto.Query.Kernels;

/// <summary>Comparisons of two values.</summary>
internal enum Comparison : byte
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Rewrites of comparisons.</summary>
internal static class Comparisons
{
    /// <summary>The comparison that <c>b op a</c> needs to mean <c>a op b</c>.</summary>
    public static Comparison Swap(this Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };

    /// <summary>What a three-way result (negative, zero, positive) answers.</summary>
    public static bool Holds(this Comparison comparison, int order) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };
}
