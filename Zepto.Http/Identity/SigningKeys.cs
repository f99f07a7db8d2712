using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace Zepto.Http.Identity;

/// <summary>
/// Keys that tokens may be signed with, each for one algorithm only: what a key is decides the algorithm, never the token. So a public key is no
/// secret for HS256, and <c>none</c> has no key.
/// </summary>
public sealed record SigningKeys(IReadOnlyList<SigningKeys.Key> Keys)
{
    private const int LeastSecretBytes = 32;
    private const int LeastRsaBits = 2048;

    /// <summary>A key and its algorithm.</summary>
    public sealed record Key(string Algorithm, SecurityKey Value);

    public static SigningKeys None { get; } = new([]);

    /// <summary>A shared secret for HS256: the file's bytes without a final line end.</summary>
    /// <exception cref="InvalidDataException">It is too short.</exception>
    public static SigningKeys FromSecretFile(string path)
    {
        byte[] secret = File.ReadAllBytes(path);
        int length = secret.Length;
        while (length > 0 && secret[length - 1] is (byte)'\n' or (byte)'\r') length--;
        if (length < LeastSecretBytes) throw new InvalidDataException($"{path} has {length} bytes, HS256 needs at least {LeastSecretBytes}");
        return new SigningKeys([new Key(SecurityAlgorithms.HmacSha256, new SymmetricSecurityKey(secret[..length]))]);
    }

    /// <summary>A public key or certificate as PEM: RSA for RS256, P-256 for ES256.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static SigningKeys FromPublicKeyFile(string path)
    {
        string pem = File.ReadAllText(path);
        try
        {
            if (pem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
            {
                using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
                pem = certificate.PublicKey.GetRSAPublicKey()?.ExportSubjectPublicKeyInfoPem() ?? certificate.PublicKey.GetECDsaPublicKey()?.ExportSubjectPublicKeyInfoPem() ?? "";
            }
            return new SigningKeys([TryRsa(pem) ?? TryEcdsa(pem) ?? throw new InvalidDataException($"{path} has neither an RSA nor a P-256 key")]);
        }
        catch (CryptographicException exception)
        {
            throw new InvalidDataException($"{path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>The usable keys of a JSON Web Key Set; others are left out.</summary>
    public static SigningKeys FromKeySet(JsonWebKeySet set)
    {
        List<Key> keys = [];
        foreach (JsonWebKey key in set.Keys)
        {
            if (key.Use is not (null or "" or "sig")) continue;
            string? algorithm = key.Kty switch
            {
                JsonWebAlgorithmsKeyTypes.RSA when key.N is not null && key.E is not null && key.KeySize >= LeastRsaBits => SecurityAlgorithms.RsaSha256,
                JsonWebAlgorithmsKeyTypes.EllipticCurve when key.Crv == JsonWebKeyECTypes.P256 && key.X is not null && key.Y is not null => SecurityAlgorithms.EcdsaSha256,
                _ => null,
            };
            if (algorithm is null || key.Alg is not (null or "") && key.Alg != algorithm) continue;
            keys.Add(new Key(algorithm, key));
        }
        return new SigningKeys(keys);
    }

    public SigningKeys With(SigningKeys other) => new([.. Keys, .. other.Keys]);

    /// <summary>Whether both accept the same signatures.</summary>
    public bool IsSameAs(SigningKeys other) => Keys.Select(IdentityOf).SequenceEqual(other.Keys.Select(IdentityOf));

    /// <summary>The keys that a token with this algorithm and key id may have been signed with.</summary>
    public IReadOnlyList<SecurityKey> For(string algorithm, string? keyId) =>
        [.. Keys.Where(key => key.Algorithm == algorithm && (keyId is null || string.IsNullOrEmpty(key.Value.KeyId) || key.Value.KeyId == keyId)).Select(key => key.Value)];

    private static (string Algorithm, string Thumbprint) IdentityOf(Key key) => (key.Algorithm, Convert.ToHexString(key.Value.ComputeJwkThumbprint()));

    private static Key? TryRsa(string pem)
    {
        using RSA rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return null;
        }
        if (rsa.KeySize < LeastRsaBits) throw new CryptographicException($"an RSA key of {rsa.KeySize} bits is too short, {LeastRsaBits} is the least");
        return new Key(SecurityAlgorithms.RsaSha256, new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)));
    }

    private static Key? TryEcdsa(string pem)
    {
        // Kept by the key for the life of the server.
        ECDsa ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromPem(pem);
            if (ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return new Key(SecurityAlgorithms.EcdsaSha256, new ECDsaSecurityKey(ecdsa));
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // Neither kind of key.
        }
        ecdsa.Dispose();
        return null;
    }
}
