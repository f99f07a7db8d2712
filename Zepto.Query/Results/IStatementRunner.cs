using Zepto.Query.Access;

namespace Zepto.Query.Results;

/// <summary>What a caller says about a statement besides its text.</summary>
public readonly struct StatementContext
{
    /// <summary>Refuses statements that change anything (<see cref="StatementErrorKind.ReadOnly"/>).</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Rows to insert, for INSERT … FORMAT with the data outside the statement; else empty.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Who runs it, shown in the list of running statements.</summary>
    public string? Subject { get; init; }

    /// <summary>What the caller may do and see; null for a caller inside the server, who may everything.</summary>
    public StatementAccess? Access { get; init; }
}

/// <summary>Runs SQL statements. Thread-safe; made once for the life of the server.</summary>
public interface IStatementRunner
{
    /// <summary>
    /// Parses, plans and starts one statement. Never throws for anything in <paramref name="sql"/>: errors are in the execution.
    /// The statement's bytes are not needed after the call. Allocates nothing when the plan is cached.
    /// </summary>
    IStatementExecution Start(ReadOnlySpan<byte> sql, in StatementContext context);

    /// <summary>Statements running now, for /admin/queries.</summary>
    IReadOnlyList<RunningStatement> ListRunning();

    /// <summary>Asks a running statement to stop; false when there is none of this id.</summary>
    bool Kill(ReadOnlySpan<byte> queryId);
}

/// <summary>One running statement as /admin/queries shows it.</summary>
public sealed record RunningStatement(string Id, string Subject, string Sql, long StartedAtNs);

/// <summary>
/// One running statement: a sequence of column batches, then an end or an error. Pooled: after Dispose it must not be touched.
/// One caller at a time. Order of use: read <see cref="Columns"/> after Start unless <see cref="ErrorKind"/> is set, call
/// <see cref="MoveNextAsync"/> until it says false, look at <see cref="ErrorKind"/>, Dispose.
/// </summary>
public interface IStatementExecution : IDisposable
{
    /// <summary>Columns in SELECT order; empty for statements without a result (DDL, INSERT).</summary>
    ReadOnlySpan<ResultColumn> Columns { get; }

    /// <summary>
    /// Gets the next batch. Cheap statements complete synchronously on the caller's thread; expensive ones run on the engine's
    /// workers while the caller's thread is free. False at the end and on an error.
    /// </summary>
    ValueTask<bool> MoveNextAsync();

    /// <summary>Rows in the current batch.</summary>
    int BatchRows { get; }

    /// <summary>Column <paramref name="index"/> of the current batch.</summary>
    ColumnValues Values(int index);

    /// <summary>Set once the statement failed; may happen in Start or in any MoveNextAsync.</summary>
    StatementErrorKind ErrorKind { get; }

    /// <summary>One line in plain English, UTF-8; empty without an error. Ready to be shown, e.g. <c>Unknown table: foo</c>.</summary>
    ReadOnlySpan<byte> ErrorText { get; }

    /// <summary>Format asked for by a FORMAT clause, as written; empty when there was none.</summary>
    ReadOnlySpan<byte> FormatName { get; }

    /// <summary>Time since Start in nanoseconds; stops at the end of the statement.</summary>
    long ElapsedNs { get; }

    /// <summary>Rows read from storage so far.</summary>
    long RowsScanned { get; }

    /// <summary>Rows written by an INSERT, UPDATE or DELETE.</summary>
    long RowsWritten { get; }

    /// <summary>Stops the statement soon (its client went away); callable from any thread.</summary>
    void Cancel();
}
