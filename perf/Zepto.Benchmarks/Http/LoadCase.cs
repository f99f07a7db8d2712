namespace Zepto.Benchmarks.Http;

/// <summary>One kind of load.</summary>
/// <param name="Id">Name on the command line.</param>
/// <param name="Name">Name in the report.</param>
/// <param name="Connections">Connections kept open.</param>
/// <param name="Pipelined">Requests sent at once on a connection.</param>
/// <param name="Statement">Body of POST /; null for GET /ping.</param>
internal sealed record LoadCase(string Id, string Name, int Connections, int Pipelined, string? Statement)
{
    /// <summary>The aggregate whose plan is cached, over a thousand rows of the demo.</summary>
    public const string Aggregate = "SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = 'AAPL'";

    public static LoadCase[] All { get; } =
    [
        new("ping-16", "/ping, 16 connections", 16, 1, null),
        new("ping-256", "/ping, 256 connections", 256, 1, null),
        new("ping-pipelined", "/ping pipelined × 16, 16 connections", 16, 16, null),
        new("aggregate-16", "POST cached aggregate, 16 connections", 16, 1, Aggregate),
        new("aggregate-256", "POST cached aggregate, 256 connections", 256, 1, Aggregate),
    ];

    /// <summary>Their names on the command line.</summary>
    public static string[] Names { get; } = [.. All.Select(c => c.Id)];

    /// <summary>Value of the Authorization field; null for none.</summary>
    public string? Authorization { get; init; }

    /// <summary>One request as our own load generator sends it, without credentials.</summary>
    public string RequestTo(Uri url) => Statement is null
        ? $"GET /ping HTTP/1.1\r\nHost: {url.Authority}\r\n\r\n"
        : $"POST / HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Length: {Statement.Length}\r\n\r\n{Statement}";

    /// <summary>The Lua script that makes wrk send these requests.</summary>
    public string Script => Statement is null
        ? $$"""
          init = function(args)
            local requests = {}
            for i = 1, {{Pipelined}} do requests[i] = wrk.format("GET", "/ping") end
            all = table.concat(requests)
          end
          request = function() return all end
          """
        : $"""
          wrk.method = "POST"
          wrk.path = "/"
          wrk.body = [[{Statement}]]
          {(Authorization is null ? "" : $"wrk.headers[\"Authorization\"] = \"{Authorization}\"")}
          """;
}
