using System.Text.Json;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>
/// Serves a request that changes something durable. The change waits for the disk, so it is made on a thread of the pool and not on the one that
/// serves connections; the answer is written when it is durable.
/// </summary>
public abstract class AdminChangeHandler : IRequestHandler
{
    public virtual bool TakesBody => true;

    public async ValueTask HandleAsync(RequestContext context)
    {
        try
        {
            Func<RequestContext, ValueTask> answer = await Task.Run(() => Change(context)).ConfigureAwait(false);
            await answer(context).ConfigureAwait(false);
        }
        catch (BadFieldException exception)
        {
            WriteError(context, 400, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            WriteError(context, 500, "The change could not be stored");
        }
    }

    /// <summary>Makes the change and gives what writes the answer. Throws BadFieldException for a request that is not as it should be.</summary>
    protected abstract Func<RequestContext, ValueTask> Change(RequestContext context);

    /// <summary>The last segment of the path, decoded.</summary>
    protected static string IdOf(RequestContext context)
    {
        ReadOnlySpan<byte> path = context.Path;
        ReadOnlySpan<byte> encoded = path[(path.LastIndexOf((byte)'/') + 1)..];
        byte[] decoded = new byte[encoded.Length];
        return PercentCoding.TryDecode(encoded, decoded, plusIsSpace: false, out int length)
            ? System.Text.Encoding.UTF8.GetString(decoded, 0, length)
            : throw new BadFieldException("Malformed percent-encoding in the path");
    }

    protected static Func<RequestContext, ValueTask> Error(int status, string message) => context =>
    {
        WriteError(context, status, message);
        return default;
    };

    private static void WriteError(RequestContext context, int status, string message)
    {
        using (Utf8JsonWriter writer = new(context.Buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("error", message);
            writer.WriteEndObject();
        }
        context.Response.Write(status, ContentTypes.Json, context.Buffer.Written);
    }
}
