using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// A table's columns changed between planning and opening. The engine plans the statement anew; whoever cannot do so shows the message.
/// </summary>
internal sealed class StalePlanException(string table)
    : SqlException(StatementErrorKind.Overloaded, $"The columns of {table} changed while the statement was starting; run it again");
