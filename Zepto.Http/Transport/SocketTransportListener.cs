using System.Net;
using System.Net.Sockets;

namespace Zepto.Http.Transport;

/// <summary>An address cannot be listened on.</summary>
public sealed class ListenException(int port, SocketError code) : SocketException((int)code)
{
    public int Port => port;
}

/// <summary>Listens on one TCP address with an accept loop on a thread of its own.</summary>
public sealed class SocketTransportListener : ITransportListener
{
    // The kernel cuts this to net.core.somaxconn.
    private const int Backlog = 4096;

    private const int AcceptRetryMs = 50;

    private readonly Socket _listener;
    private readonly ISocketServing _serving;
    private readonly Action<string>? _onAcceptError;
    private Thread? _thread;
    private volatile bool _isStopped;

    /// <summary>Binds and listens.</summary>
    /// <param name="endPoint">Address; port 0 takes any free one.</param>
    /// <param name="serving">Turns accepted sockets into connections; ended with the listener.</param>
    /// <param name="onAcceptError">Told when accepting fails, for example for want of descriptors.</param>
    /// <exception cref="ListenException">The address cannot be listened on.</exception>
    public SocketTransportListener(IPEndPoint endPoint, ISocketServing serving, Action<string>? onAcceptError = null)
    {
        _onAcceptError = onAcceptError;
        _serving = serving;
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any)) _listener.DualMode = true;
            _listener.Bind(endPoint);
            _listener.Listen(Backlog);
        }
        catch (Exception exception)
        {
            serving.End();
            _listener.Dispose();
            if (exception is SocketException { SocketErrorCode: var code }) throw new ListenException(endPoint.Port, code);
            throw;
        }
        LocalEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    public IPEndPoint LocalEndPoint { get; }

    public void Start(Action<ITransportConnection> onAccepted)
    {
        _thread = new Thread(() => AcceptLoop(onAccepted)) { IsBackground = true, Name = "accept" };
        _thread.Start();
    }

    public void Stop()
    {
        if (_isStopped) return;
        _isStopped = true;
        _listener.Dispose();
        if (_thread is not null && _thread != Thread.CurrentThread) _thread.Join();
        _serving.End();
    }

    public void Dispose() => Stop();

    private void AcceptLoop(Action<ITransportConnection> onAccepted)
    {
        while (!_isStopped)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (_isStopped) return;
                if (exception is SocketException { SocketErrorCode: SocketError.ConnectionAborted or SocketError.ConnectionReset }) continue;
                // Out of descriptors or memory: the connections in hand will free some, spinning would not.
                _onAcceptError?.Invoke(exception.Message);
                Thread.Sleep(AcceptRetryMs);
                continue;
            }
            try
            {
                socket.NoDelay = true;
                _serving.Serve(socket, onAccepted);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                socket.Dispose(); // Its client was gone before we looked at it.
            }
        }
    }
}
