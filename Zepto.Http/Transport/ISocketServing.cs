using System.Net.Sockets;

namespace Zepto.Http.Transport;

/// <summary>A way to serve accepted sockets. Called by the accepting thread.</summary>
public interface ISocketServing
{
    /// <summary>Makes a connection of a socket, which belongs to it from here on, and hands it over.</summary>
    /// <exception cref="SocketException">Its client was gone before.</exception>
    void Serve(Socket socket, Action<ITransportConnection> onAccepted);

    /// <summary>No further socket comes; connections live on.</summary>
    void End();
}
