using System.Buffers.Text;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>Reads numbers from a request's query part.</summary>
internal static class QueryNumbers
{
    /// <summary>Reads a whole number from 0. When it is none, answers with 400 and its name and says false.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="value">In: what holds when there is no such parameter.</param>
    public static bool TryRead(RequestContext context, ReadOnlySpan<byte> name, ref long value)
    {
        if (!QueryString.TryFind(context.Query, name, out ReadOnlySpan<byte> text)) return true;
        if (Utf8Parser.TryParse(text, out long number, out int used) && used == text.Length && number >= 0)
        {
            value = number;
            return true;
        }
        context.Buffer.Append("{\"error\": \"Parameter "u8);
        context.Buffer.Append(name);
        context.Buffer.Append(" must be a whole number from 0\"}"u8);
        context.Response.Write(400, ContentTypes.Json, context.Buffer.Written);
        return false;
    }
}
