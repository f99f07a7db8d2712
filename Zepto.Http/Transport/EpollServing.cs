using System.Net.Sockets;
using Zepto.Native;
using Zepto.Native.Sockets;

namespace Zepto.Http.Transport;

/// <summary>Serves sockets with event loops of our own (Linux): the way from the kernel to a handler and back without a stop between.</summary>
public sealed class EpollServing : ISocketServing
{
    private readonly SlabMemoryPool _pool;
    private readonly EpollLoop[] _loops;
    private uint _next;

    /// <param name="pool">Memory of all connections.</param>
    /// <param name="threads">Loops, to which connections go in turn.</param>
    /// <exception cref="NativeException">The system refuses.</exception>
    public EpollServing(SlabMemoryPool pool, int threads)
    {
        _pool = pool;
        _loops = new EpollLoop[threads];
        for (int i = 0; i < threads; i++) _loops[i] = new EpollLoop($"io-{i}");
    }

    /// <summary>Whether the system has it.</summary>
    public static bool IsSupported => EpollQueue.IsSupported;

    public void Serve(Socket socket, Action<ITransportConnection> onAccepted)
    {
        EpollConnection connection = new(socket, _loops[Interlocked.Increment(ref _next) % (uint)_loops.Length], _pool);
        onAccepted(connection);
        try
        {
            // After it was handed over, so that its first bytes are served on the loop and not by the thread that accepts.
            connection.Start();
        }
        catch (NativeException)
        {
            connection.Abort();
        }
    }

    public void End()
    {
        foreach (EpollLoop loop in _loops) loop.Dispose();
    }
}
