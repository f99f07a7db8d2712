using System.Net.Sockets;
using System.Text;

namespace Zepto.Server.Tests.Identity;

/// <summary>Sends bytes that no HTTP client would.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client;

    public RawClient(Uri address) => _client = new TcpClient(address.Host, address.Port) { ReceiveTimeout = 20_000 };

    /// <summary>Sends a request that ends the connection and reads all that comes.</summary>
    public string Exchange(string request)
    {
        var stream = _client.GetStream();
        stream.Write(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    public void Dispose() => _client.Dispose();
}
