using System.IO.Pipelines;
using System.Net.Sockets;

namespace Zepto.Http.Transport;

/// <summary>Serves sockets with Pipelines.Sockets.Unofficial: the transport of every system.</summary>
public sealed class PipelinesServing(SlabMemoryPool pool) : ISocketServing
{
    // A flush completes when everything is handed to the kernel: that is the back-pressure, and closing cuts nothing off.
    private readonly PipeOptions _sendOptions = new(pool, PipeScheduler.Inline, PipeScheduler.Inline,
        pauseWriterThreshold: 1, resumeWriterThreshold: 1, minimumSegmentSize: SlabMemoryPool.BlockBytes, useSynchronizationContext: false);

    private readonly PipeOptions _receiveOptions = new(pool, PipeScheduler.Inline, PipeScheduler.Inline,
        pauseWriterThreshold: 128 * 1024, resumeWriterThreshold: 64 * 1024, minimumSegmentSize: SlabMemoryPool.BlockBytes, useSynchronizationContext: false);

    public void Serve(Socket socket, Action<ITransportConnection> onAccepted) =>
        onAccepted(new SocketTransportConnection(socket, _sendOptions, _receiveOptions));

    public void End()
    {
        // The runtime's threads serve everybody's sockets.
    }
}
