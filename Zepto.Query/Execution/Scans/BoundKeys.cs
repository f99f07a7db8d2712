using Zepto.Query.Syntax;
using Zepto.Storage.Indexes;

namespace Zepto.Query.Execution.Scans;

/// <summary>The keys of the values for which `value op constant` is true.</summary>
internal static class BoundKeys
{
    /// <summary>No key.</summary>
    public static readonly KeyRange None = new(1, 0);

    /// <summary>All keys but NULL's.</summary>
    public static readonly KeyRange All = new(OrderKeys.Null + 1, long.MaxValue);

    /// <summary>By the constant's key.</summary>
    public static KeyRange Of(BinaryOperator operation, long key) => operation switch
    {
        BinaryOperator.Equal => new KeyRange(key, key),
        BinaryOperator.Less => new KeyRange(All.First, key - 1),
        BinaryOperator.LessOrEqual => new KeyRange(All.First, key),
        BinaryOperator.Greater => key == long.MaxValue ? None : new KeyRange(key + 1, All.Last),
        BinaryOperator.GreaterOrEqual => new KeyRange(key, All.Last),
        _ => All,
    };

    /// <summary>The keys that are in both.</summary>
    public static KeyRange Intersect(KeyRange one, KeyRange other) => new(Math.Max(one.First, other.First), Math.Min(one.Last, other.Last));
}
