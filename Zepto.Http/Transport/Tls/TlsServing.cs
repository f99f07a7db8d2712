using System.Net.Sockets;

namespace Zepto.Http.Transport.Tls;

/// <summary>Serves sockets over TLS on top of another way to serve them.</summary>
public sealed class TlsServing(ISocketServing inner, TlsServices services) : ISocketServing
{
    public void Serve(Socket socket, Action<ITransportConnection> onAccepted) => inner.Serve(socket, carrier =>
    {
        TlsConnection connection = new(carrier, services);
        // Handed over before the handshake, so that it counts against the limit and its time runs.
        onAccepted(connection);
        connection.Start();
    });

    public void End() => inner.End();
}
