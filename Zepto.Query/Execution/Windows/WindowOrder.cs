using Zepto.Query.Expressions;

namespace Zepto.Query.Execution.Windows;

/// <summary>One ORDER BY key of a window. Where NULLs go does not depend on the direction.</summary>
internal readonly record struct WindowOrder(BoundExpression Key, bool Descending, bool NullsFirst);
