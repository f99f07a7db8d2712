using Zepto.Http.Responses;
using Zepto.Query.Results;

namespace Zepto.Http.Formats;

/// <summary>
/// Writes one result in one format. Order of use: <see cref="Begin"/>, for each batch <see cref="WriteRows"/> until it has taken all
/// rows, then <see cref="End"/>; or <see cref="WriteError"/> instead, with nothing written before. Reusable; one caller at a time.
/// </summary>
public abstract class ResultWriter
{
    /// <summary>Media type of the body.</summary>
    public abstract ReadOnlySpan<byte> ContentType { get; }

    /// <summary>Writes what comes before the rows.</summary>
    public abstract void Begin(IStatementExecution execution, BodyBuffer buffer);

    /// <summary>Writes rows of the current batch until they end or the buffer holds the wanted size.</summary>
    /// <param name="execution">Its current batch is read.</param>
    /// <param name="startRow">First row to write.</param>
    /// <param name="buffer">Receives whole rows.</param>
    /// <param name="maxBytes">Stop after the row that reaches this length.</param>
    /// <returns>The first row not written; the number of rows in the batch when all are.</returns>
    public abstract int WriteRows(IStatementExecution execution, int startRow, BodyBuffer buffer, int maxBytes);

    /// <summary>Writes what comes after the rows.</summary>
    public abstract void End(IStatementExecution execution, BodyBuffer buffer);

    /// <summary>Writes the body that says a statement failed.</summary>
    public abstract void WriteError(ReadOnlySpan<byte> message, BodyBuffer buffer);
}
