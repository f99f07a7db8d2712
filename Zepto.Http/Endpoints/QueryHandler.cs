using System.Runtime.CompilerServices;
using Zepto.Http.Formats;
using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Http.Serving;
using Zepto.Query.Results;

namespace Zepto.Http.Endpoints;

/// <summary>
/// POST / and GET /: runs one statement. A result up to 64 KiB is sent with its length, a longer one in chunks as it is computed, at
/// the pace of the client. While the database recovers, clients are asked to come again.
/// </summary>
public sealed class QueryHandler(IStatementRunner runner, LatencyHistogram latency, AuditLog audit, Func<bool> isReady) : IRequestHandler
{
    private const int ChunkBytes = 64 * 1024;

    // Reading the rows of a larger body takes some milliseconds, in which the connection's thread serves others.
    private const int LargeBodyBytes = 1024 * 1024;

    public bool TakesBody => true;

    public ValueTask HandleAsync(RequestContext context) =>
        context.Body.Length <= LargeBodyBytes ? Handle(context) : HandleOnPoolAsync(context);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask HandleOnPoolAsync(RequestContext context)
    {
        await Task.Yield();
        await Handle(context).ConfigureAwait(false);
    }

    private ValueTask Handle(RequestContext context)
    {
        bool isReadOnly = context.Head.Method is RequestMethod.Get or RequestMethod.Head;
        ReadOnlySpan<byte> sql = isReadOnly ? default : context.Body.Span;
        ReadOnlyMemory<byte> data = default;
        if (QueryString.TryFind(context.Query, "query"u8, out ReadOnlySpan<byte> encoded) && !encoded.IsEmpty)
        {
            BodyBuffer statement = context.StatementBuffer;
            if (!PercentCoding.TryDecode(encoded, statement.GetSpan(encoded.Length), plusIsSpace: true, out int length))
            {
                context.Response.Write(400, ContentTypes.Json, "{\"error\": \"Malformed percent-encoding in the parameter query\"}"u8);
                return default;
            }
            statement.Advance(length);
            if (!isReadOnly && !context.Body.IsEmpty)
            {
                if (StatementText.IsInsertWithoutRows(statement.Written))
                {
                    data = context.Body;
                }
                else
                {
                    statement.Append((byte)'\n');
                    statement.Append(context.Body.Span);
                }
            }
            sql = statement.Written;
        }
        else if (isReadOnly)
        {
            context.Response.Write(200, ContentTypes.PlainText, "Ok.\n"u8);
            return default;
        }
        if (!isReady())
        {
            RefuseWhileRecovering(context);
            return default;
        }
        Principal principal = context.Principal;
        context.Identity.CountQuery();
        audit.Record(principal, "query", sql, context.Identity.RemoteText);
        if (principal.Tenant is { } tenant && !tenant.TryEnter())
        {
            audit.Record(principal, "over_quota", sql, context.Identity.RemoteText);
            context.Response.Write(429, ContentTypes.Json, "{\"error\": \"Tenant quota exceeded\"}"u8, "Retry-After: 1\r\n"u8);
            return default;
        }
        StatementContext statementContext = new() { ReadOnly = isReadOnly, Data = data, Subject = principal.Subject, Access = principal.Access };
        return RunAsync(context, runner.Start(sql, statementContext), principal.Tenant);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunAsync(RequestContext context, IStatementExecution execution, TenantState? tenant)
    {
        try
        {
            ResultWriter writer = context.DefaultResultWriter;
            if (execution.ErrorKind == StatementErrorKind.None)
            {
                if (!execution.FormatName.IsEmpty)
                {
                    RefuseFormat(context, execution, writer);
                    return;
                }
                writer.Begin(execution, context.Buffer);
                while (await context.MoveNextAsync(execution).ConfigureAwait(false))
                {
                    int row = 0;
                    while (row < execution.BatchRows)
                    {
                        row = writer.WriteRows(execution, row, context.Buffer, ChunkBytes);
                        if (context.Buffer.Length < ChunkBytes) continue;
                        if (!await SendChunkAsync(context, writer).ConfigureAwait(false))
                        {
                            execution.Cancel();
                            return;
                        }
                        if (context.Head.Method != RequestMethod.Head) continue;
                        execution.Cancel(); // The head is known, nobody wants the rest.
                        context.Response.EndChunks();
                        return;
                    }
                }
            }
            if (execution.ErrorKind != StatementErrorKind.None)
            {
                // After bytes are out there is no way to say what went wrong but to cut the connection: an unfinished response does.
                if (!context.Response.HasStarted) WriteError(context, execution, writer);
                return;
            }
            writer.End(execution, context.Buffer);
            if (!context.Response.HasStarted) context.Response.Write(200, writer.ContentType, context.Buffer.Written);
            else if (await context.Response.WriteChunkAsync(context.Buffer.Written).ConfigureAwait(false)) context.Response.EndChunks();
        }
        finally
        {
            latency.Observe(execution.ElapsedNs);
            execution.Dispose();
            tenant?.Leave();
        }
    }

    private static ValueTask<bool> SendChunkAsync(RequestContext context, ResultWriter writer)
    {
        if (!context.Response.HasStarted) context.Response.StartChunks(200, writer.ContentType);
        ValueTask<bool> sent = context.Response.WriteChunkAsync(context.Buffer.Written);
        context.Buffer.Clear(); // Its bytes are in the pipe by now, only the flush may be waiting.
        return sent;
    }

    private static void RefuseWhileRecovering(RequestContext context)
    {
        ResultWriter writer = context.DefaultResultWriter;
        writer.WriteError("The server is recovering, try again soon"u8, context.Buffer);
        context.Response.Write(503, writer.ContentType, context.Buffer.Written, "Retry-After: 1\r\n"u8);
    }

    private static void RefuseFormat(RequestContext context, IStatementExecution execution, ResultWriter writer)
    {
        execution.Cancel();
        BodyBuffer message = context.StatementBuffer;
        message.Clear();
        message.Append("Unknown format: "u8);
        message.Append(execution.FormatName);
        writer.WriteError(message.Written, context.Buffer);
        context.Response.Write(200, writer.ContentType, context.Buffer.Written);
    }

    private void WriteError(RequestContext context, IStatementExecution execution, ResultWriter writer)
    {
        ReadOnlySpan<byte> message = execution.ErrorText;
        ReadOnlySpan<byte> extraFields = default;
        int status = 200;
        switch (execution.ErrorKind)
        {
            case StatementErrorKind.Forbidden:
                audit.Record(context.Principal, "forbidden", "statement"u8, context.Identity.RemoteText);
                context.Response.Write(403, ContentTypes.Json, "{\"error\": \"Forbidden\"}"u8);
                return;
            case StatementErrorKind.Cancelled:
            case StatementErrorKind.TimedOut:
                status = 408;
                message = "Query cancelled"u8;
                break;
            case StatementErrorKind.ReadOnly:
                status = 405;
                extraFields = "Allow: POST\r\n"u8;
                break;
            case StatementErrorKind.Overloaded:
                status = 503;
                extraFields = "Retry-After: 1\r\n"u8;
                break;
            case StatementErrorKind.Storage:
            case StatementErrorKind.Internal:
                status = 500;
                break;
        }
        context.Buffer.Clear();
        writer.WriteError(message, context.Buffer);
        context.Response.Write(status, writer.ContentType, context.Buffer.Written, extraFields);
    }
}
