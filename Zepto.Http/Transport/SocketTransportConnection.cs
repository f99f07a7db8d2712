using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Pipelines.Sockets.Unofficial;

namespace Zepto.Http.Transport;

/// <summary>A TCP connection over Pipelines.Sockets.Unofficial, run inline: handlers run on the thread that saw the bytes arrive.</summary>
internal sealed class SocketTransportConnection : ITransportConnection
{
    private readonly SocketConnection _connection;
    private int _isDisposed;

    public SocketTransportConnection(Socket socket, PipeOptions sendOptions, PipeOptions receiveOptions)
    {
        RemoteEndPoint = socket.RemoteEndPoint;
        _connection = SocketConnection.Create(socket, sendOptions, receiveOptions,
            SocketConnectionOptions.InlineReads | SocketConnectionOptions.InlineWrites);
    }

    public PipeReader Input => _connection.Input;

    public PipeWriter Output => _connection.Output;

    public EndPoint? RemoteEndPoint { get; }

    // An abort makes the kernel drop unsent bytes and tell the client by a reset, so a cut answer never looks complete.
    public void Abort()
    {
        try
        {
            _connection.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Already closed.
        }
        Dispose();
    }

    public bool IsPeerListening(ReadOnlySpan<byte> probe)
    {
        try
        {
            Socket socket = _connection.Socket;
            if (socket.Poll(0, SelectMode.SelectError)) return false;
            if (!probe.IsEmpty && socket.Poll(0, SelectMode.SelectWrite)) socket.Send(probe);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) _connection.Dispose();
    }
}
