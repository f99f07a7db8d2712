using System.Net;

namespace Zepto.Server.Tests.Allocations;

/// <summary>Sends requests again and again and looks at what the process has allocated meanwhile.</summary>
internal static class SteadyRequests
{
    /// <summary>Requests that a figure is for.</summary>
    public const int Measured = 2_000;

    private const int WarmUp = 3_000;

    /// <summary>Managed bytes for <see cref="Measured"/> of the requests in turn, each of which is answered with 200 and a body that contains a text.</summary>
    public static long LeastBytes(IPEndPoint server, string expected, params byte[][] requests)
    {
        using var client = new SteadyClient(server);
        foreach (var request in requests)
        {
            Assert.Equal(200, client.Exchange(request));
            Assert.Contains(expected, client.LastBody);
            Assert.DoesNotContain("\"error\"", client.LastBody);
        }

        Exchange(client, requests, WarmUp);
        // The runtime's own background work (tiering, timers) may allocate now and then: the best of a few rounds is the server's.
        var leastBytes = long.MaxValue;
        for (var round = 0; round < 8 && leastBytes > 0; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(client, requests, Measured);
            leastBytes = Math.Min(leastBytes, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return leastBytes;
    }

    private static void Exchange(SteadyClient client, byte[][] requests, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (client.Exchange(requests[i % requests.Length]) != 200)
                throw new InvalidDataException(client.LastBody);
        }
    }
}
