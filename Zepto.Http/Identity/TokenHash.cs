using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Zepto.Http.Identity;

/// <summary>
/// SHA-256 of a secret, under which it is looked up: secrets themselves are never kept. Comparison takes the same time wherever two hashes differ.
/// </summary>
public readonly struct TokenHash : IEquatable<TokenHash>
{
    public const int SizeBytes = 32;

    private readonly Bytes _bytes;

    [System.Runtime.CompilerServices.InlineArray(SizeBytes)]
    private struct Bytes
    {
        private byte _first;
    }

    private TokenHash(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>Hash of a secret; allocates nothing.</summary>
    public static TokenHash Of(ReadOnlySpan<byte> secret)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        SHA256.HashData(secret, bytes);
        return new TokenHash(bytes);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out TokenHash hash)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        bool isRead = text is { Length: 2 * SizeBytes } && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = isRead ? new TokenHash(bytes) : default;
        return isRead;
    }

    public bool Equals(TokenHash other) => CryptographicOperations.FixedTimeEquals((ReadOnlySpan<byte>)_bytes, (ReadOnlySpan<byte>)other._bytes);

    public static bool operator ==(TokenHash left, TokenHash right) => left.Equals(right);

    public static bool operator !=(TokenHash left, TokenHash right) => !left.Equals(right);

    public override bool Equals(object? obj) => obj is TokenHash other && Equals(other);

    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    public override string ToString() => Convert.ToHexStringLower(_bytes);
}
