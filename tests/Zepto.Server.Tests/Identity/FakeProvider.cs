using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Zepto.Server.Tests.Identity;

/// <summary>An OpenID provider on a free port of this machine: discovery, signing keys, and tokens for codes that a test gives out.</summary>
internal sealed class FakeProvider : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly RSA _key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge)> _codes = new();
    private readonly Task _serving;

    public FakeProvider()
    {
        _listener.Start();
        Issuer = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _serving = ServeAsync();
    }

    public string Issuer { get; }

    /// <summary>Role in the tokens.</summary>
    public string Role { get; set; } = "writer";

    /// <summary>Subject of the tokens.</summary>
    public string Subject { get; set; } = "user@example.com";

    /// <summary>What a user does who logs in: gives a code for an authorization request.</summary>
    public string Authorize(Uri request, string? nonce = null)
    {
        var fields = Fields(request.Query.TrimStart('?'));
        Assert.Equal(("code", "client", "S256"), (fields["response_type"], fields["client_id"], fields["code_challenge_method"]));
        var code = Guid.NewGuid().ToString();
        _codes[code] = (nonce ?? fields["nonce"], fields["code_challenge"]);
        return code;
    }

    public static Dictionary<string, string> Fields(string encoded) =>
        encoded.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var received = new StringBuilder();
        var buffer = new byte[4096];
        int headEnd;
        while ((headEnd = received.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
                return;
            received.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        var lengthLine = received.ToString().Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        var length = lengthLine is null ? 0 : int.Parse(lengthLine["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        while (received.Length < headEnd + 4 + length)
            received.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        var (status, body) = Answer(received.ToString().Split(' ')[1], received.ToString()[(headEnd + 4)..]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
    }

    private (int Status, string Body) Answer(string path, string body) => path switch
    {
        "/.well-known/openid-configuration" => (200, JsonSerializer.Serialize(new
        {
            issuer = Issuer, authorization_endpoint = Issuer + "/authorize", token_endpoint = Issuer + "/token", jwks_uri = Issuer + "/keys",
            token_endpoint_auth_methods_supported = new[] { "client_secret_post" },
        })),
        "/keys" => (200, KeySet()),
        "/token" => Token(Fields(body)),
        _ => (404, "{}"),
    };

    private (int Status, string Body) Token(Dictionary<string, string> fields)
    {
        if (fields["client_id"] != "client" || fields["client_secret"] != "provider secret")
            return (401, "{}");
        var nonce = "";
        if (fields["grant_type"] == "authorization_code")
        {
            if (!_codes.TryRemove(fields["code"], out var begun)
                || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(fields["code_verifier"]))) != begun.Challenge)
                return (400, "{}");
            nonce = begun.Nonce;
        }
        else if (fields["refresh_token"] != "refresh")
        {
            return (400, "{}");
        }

        var claims = JsonSerializer.Serialize(new { iss = Issuer, aud = "client", sub = Subject, role = Role, nonce, exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600 });
        return (200, JsonSerializer.Serialize(new { id_token = Sign(claims), refresh_token = "refresh", access_token = "x", expires_in = 600 }));
    }

    private string Sign(string claims)
    {
        var signed = Base64Url.EncodeToString("{\"alg\":\"RS256\",\"kid\":\"1\"}"u8) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        return signed + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private string KeySet()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        return JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", kid = "1", n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) } },
        });
    }
}
