using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Zepto.Native.Sockets;

namespace Zepto.Http.Transport;

/// <summary>
/// A TCP connection whose events come from an <see cref="EpollLoop"/>. Bytes are read when the reader asks for them and sent by the
/// flush that hands them over, straight from and to the pool's blocks; what has to wait goes on on the loop's thread.
/// </summary>
internal sealed class EpollConnection : ITransportConnection
{
    private readonly Socket _socket;
    private readonly EpollLoop _loop;
    private readonly EpollReader _reader;
    private readonly EpollWriter _writer;

    // Abort and probes come from other threads than the one that disposes, whose close makes the descriptor someone else's.
    private readonly Lock _closing = new();
    private bool _isStarted;
    private bool _isClosed;

    /// <summary>Takes over a connected socket; <see cref="Start"/> follows.</summary>
    public EpollConnection(Socket socket, EpollLoop loop, SlabMemoryPool pool)
    {
        _socket = socket;
        _loop = loop;
        RemoteEndPoint = socket.RemoteEndPoint;
        int descriptor = (int)socket.Handle;
        _reader = new EpollReader(descriptor, loop, pool);
        _writer = new EpollWriter(descriptor, loop, pool, EndSending);
    }

    public PipeReader Input => _reader;

    public PipeWriter Output => _writer;

    public EndPoint? RemoteEndPoint { get; }

    /// <summary>Place among the loop's connections.</summary>
    public int Slot { get; set; }

    /// <summary>Tells it from others that had the same place.</summary>
    public uint Generation { get; set; }

    /// <summary>Begins to receive events, unless it is disposed already.</summary>
    /// <exception cref="Native.NativeException">The system refuses.</exception>
    public void Start()
    {
        lock (_closing)
        {
            if (_isClosed) return;
            _loop.Add(this, (int)_socket.Handle);
            _isStarted = true;
        }
    }

    /// <summary>Goes on with what waited; on the loop's thread.</summary>
    public void OnEvents(SocketEvents events)
    {
        const SocketEvents ended = SocketEvents.PeerEnded | SocketEvents.HangUp | SocketEvents.Error;
        if ((events & (SocketEvents.Writable | SocketEvents.HangUp | SocketEvents.Error)) != 0) _writer.OnWritable();
        if ((events & (SocketEvents.Readable | ended)) != 0) _reader.OnReadable((events & ended) != 0);
    }

    // Lingering for no time makes the close drop unsent bytes and tell the client by a reset, so a cut answer never looks complete.
    public void Abort()
    {
        lock (_closing)
        {
            if (!_isClosed) TryOnSocket(socket => socket.LingerState = new LingerOption(enable: true, seconds: 0));
        }
        _writer.Abort();
        _reader.Abort();
    }

    public bool IsPeerListening(ReadOnlySpan<byte> probe)
    {
        lock (_closing)
        {
            if (_isClosed) return false;
            try
            {
                if (_socket.Poll(0, SelectMode.SelectError)) return false;
                if (probe.IsEmpty || !_socket.Poll(0, SelectMode.SelectWrite)) return true;
                // Half a probe would tear the answer that follows.
                int sent = NativeSocket.Send((int)_socket.Handle, probe, more: false);
                return sent == NativeSocket.WouldWait || sent == probe.Length;
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                return false;
            }
        }
    }

    public void Dispose()
    {
        lock (_closing)
        {
            if (_isClosed) return;
            _isClosed = true;
            if (_isStarted) _loop.Forget(this);
            _socket.Dispose();
        }
        _writer.Abort();
        _reader.Abort();
    }

    private void EndSending()
    {
        lock (_closing)
        {
            if (!_isClosed) TryOnSocket(socket => socket.Shutdown(SocketShutdown.Send));
        }
    }

    private void TryOnSocket(Action<Socket> action)
    {
        try
        {
            action(_socket);
        }
        catch (SocketException)
        {
            // The connection is gone already, which is what these calls are for.
        }
    }
}
