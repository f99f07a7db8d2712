namespace Zepto.Query.Statements.Formats;

/// <summary>Room for one value while its escapes are undone; kept from value to value. One thread at a time.</summary>
internal sealed class ScratchBytes
{
    private const int FirstBytes = 256;
    private const int KeptBytes = 1024 * 1024;
    private byte[] _bytes = new byte[FirstBytes];

    /// <summary>Bytes held.</summary>
    public int HeldBytes => _bytes.Length;

    /// <summary>Room for a value; what was taken before is lost.</summary>
    public Span<byte> Take(int lengthBytes)
    {
        if (_bytes.Length < lengthBytes)
            _bytes = new byte[Math.Max(lengthBytes, (int)Math.Min(_bytes.Length * 2L, Array.MaxLength))];
        return _bytes.AsSpan(0, lengthBytes);
    }

    /// <summary>Gives up what only a large value needs.</summary>
    public void Trim()
    {
        if (_bytes.Length > KeptBytes)
            _bytes = new byte[FirstBytes];
    }
}
