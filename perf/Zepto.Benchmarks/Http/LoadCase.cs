namespace Zepto.Benchmarks.Http;

/// <summary>One kind of load.</summary>
/// <param name="Name">Name in the report.</param>
/// <param name="Connections">Connections kept open.</param>
/// <param name="Pipelined">Requests sent at once on a connection.</param>
/// <param name="Statement">Body of POST /; null for GET /ping.</param>
internal sealed record LoadCase(string Name, int Connections, int Pipelined, string? Statement)
{
    /// <summary>The aggregate whose plan is cached, over a thousand rows of the demo.</summary>
    public const string Aggregate = "SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = 'AAPL'";

    public static LoadCase[] All { get; } =
    [
        new("/ping, 16 connections", 16, 1, null),
        new("/ping, 256 connections", 256, 1, null),
        new("/ping pipelined × 16, 16 connections", 16, 16, null),
        new("POST cached aggregate, 16 connections", 16, 1, Aggregate),
        new("POST cached aggregate, 256 connections", 256, 1, Aggregate),
    ];

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
          """;
}
