namespace Zepto.Http.Protocol;

/// <summary>A slice of the header section by position, so that it survives a move of those bytes.</summary>
public readonly record struct ByteRange(int Offset, int Length)
{
    /// <summary>The bytes this range names.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> bytes) => bytes.Slice(Offset, Length);
}
