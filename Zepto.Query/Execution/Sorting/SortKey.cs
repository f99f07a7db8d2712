namespace Zepto.Query.Execution.Sorting;

/// <summary>One ORDER BY key: an input column and its direction. Where NULLs go does not depend on the direction.</summary>
internal readonly record struct SortKey(int Column, bool Descending, bool NullsFirst);
