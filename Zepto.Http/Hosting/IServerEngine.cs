using Zepto.Http.Endpoints;
using Zepto.Query.Results;

namespace Zepto.Http.Hosting;

/// <summary>
/// The database behind the HTTP server. The server is handed a function from <see cref="ServerOptions"/> to this and disposes what it
/// got after the last request has been answered, which is when everything is flushed.
/// </summary>
public interface IServerEngine : IDisposable
{
    /// <summary>Runs statements.</summary>
    IStatementRunner Statements { get; }

    /// <summary>Figures for /stats and /metrics.</summary>
    IServerStatistics Statistics { get; }

    /// <summary>False while it recovers: statements are refused then. Asked by every request.</summary>
    bool IsReady { get; }

    /// <summary>Ends when it is ready; fails with <see cref="EngineOpenException"/> when it never will be.</summary>
    Task Opened => Task.CompletedTask;
}

/// <summary>The engine cannot be opened: a damaged or locked data directory. The message is shown as it is.</summary>
public sealed class EngineOpenException(string message) : Exception(message);
