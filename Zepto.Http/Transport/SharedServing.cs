using System.Net.Sockets;

namespace Zepto.Http.Transport;

/// <summary>Lets several listeners use one way to serve sockets, which ends with the last of them.</summary>
public sealed class SharedServing(ISocketServing inner, int listeners) : ISocketServing
{
    private int _listeners = listeners;

    public void Serve(Socket socket, Action<ITransportConnection> onAccepted) => inner.Serve(socket, onAccepted);

    public void End()
    {
        if (Interlocked.Decrement(ref _listeners) == 0) inner.End();
    }
}
