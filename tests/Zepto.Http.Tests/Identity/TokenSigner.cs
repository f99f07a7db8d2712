using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Zepto.Http.Tests.Identity;

/// <summary>Puts tokens together by hand, so that also those can be made that a library would refuse to.</summary>
internal static class TokenSigner
{
    public static byte[] Secret { get; } = Encoding.ASCII.GetBytes("a secret of more than 32 bytes for HS256 only");

    public static RSA Rsa { get; } = RSA.Create(2048);

    public static ECDsa Ecdsa { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Claims of a reader that are valid for an hour, changed and extended as asked; null removes one.</summary>
    public static string Claims(params (string Name, object? Value)[] changes)
    {
        Dictionary<string, object?> claims = new()
        {
            ["sub"] = "user@example.com", ["role"] = "reader", ["iss"] = "issuer", ["aud"] = "zepto", ["exp"] = Now + 3600,
        };
        foreach ((string name, object? value) in changes)
        {
            if (value is null) claims.Remove(name);
            else claims[name] = value;
        }
        return JsonSerializer.Serialize(claims);
    }

    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public static string Hs256(string claims, string header = """{"alg":"HS256","typ":"JWT"}""", byte[]? secret = null)
    {
        string signed = Part(header) + "." + Part(claims);
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(secret ?? Secret, Encoding.ASCII.GetBytes(signed)));
    }

    public static string Rs256(string claims, string header = """{"alg":"RS256"}""", RSA? key = null)
    {
        string signed = Part(header) + "." + Part(claims);
        return signed + "." + Base64Url.EncodeToString((key ?? Rsa).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static string Es256(string claims, string header = """{"alg":"ES256"}""", ECDsa? key = null)
    {
        string signed = Part(header) + "." + Part(claims);
        return signed + "." + Base64Url.EncodeToString((key ?? Ecdsa).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    public static string Unsigned(string claims, string header = """{"alg":"none"}""") => Part(header) + "." + Part(claims) + ".";

    /// <summary>A key set with RSA keys under these ids.</summary>
    public static string KeySet(params (string Id, RSA Key)[] keys) => JsonSerializer.Serialize(new
    {
        keys = keys.Select(key =>
        {
            RSAParameters parameters = key.Key.ExportParameters(includePrivateParameters: false);
            return new { kty = "RSA", use = "sig", kid = key.Id, n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) };
        }),
    });

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
