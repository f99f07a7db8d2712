using System.IO.Pipelines;
using System.Net;

namespace Zepto.Http.Transport;

/// <summary>
/// One client connection as bytes both ways. Completing Output sends what is left and then FIN; Input completes when the client
/// sends FIN and throws when the connection broke. A TLS stream or another transport hides behind the same members.
/// </summary>
public interface ITransportConnection : IDuplexPipe, IDisposable
{
    /// <summary>Where the client is; null when the transport cannot say.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>Whether what is sent is encrypted on the way.</summary>
    bool IsSecure => false;

    /// <summary>Drops the connection at once, callable from any thread; pending reads and flushes end soon after.</summary>
    void Abort();

    /// <summary>
    /// For a client that has sent FIN while it waits for an answer: asks the operating system whether it still listens, by sending
    /// bytes outside the pipe. Only while nothing else is being sent.
    /// </summary>
    /// <param name="probe">Whole interim response; empty to look for an error without sending.</param>
    /// <returns>False when the client is known to be gone.</returns>
    bool IsPeerListening(ReadOnlySpan<byte> probe);
}

/// <summary>Accepts connections.</summary>
public interface ITransportListener : IDisposable
{
    /// <summary>Address listened on, with the port chosen by the operating system.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Begins accepting; each connection is handed to the callback on some thread that must not be kept for long.</summary>
    void Start(Action<ITransportConnection> onAccepted);

    /// <summary>Stops accepting and refuses new connections; accepted ones live on.</summary>
    void Stop();
}
