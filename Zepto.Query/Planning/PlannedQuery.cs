using Zepto.Query.Execution;

namespace Zepto.Query.Planning;

/// <summary>A planned query: its operator and what its columns are called.</summary>
internal sealed record PlannedQuery(Operator Root, string[] Names);
