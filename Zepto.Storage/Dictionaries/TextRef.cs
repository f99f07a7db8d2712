using System.Runtime.InteropServices;

namespace Zepto.Storage.Dictionaries;

/// <summary>
/// UTF-8 text in unmanaged memory that something else owns: a dictionary, an arena. 16 bytes; no address means NULL.
/// The owner says how long it stays valid.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe struct TextRef(byte* address, int lengthBytes)
{
    private readonly byte* _address = address;
    private readonly long _lengthBytes = lengthBytes;

    /// <summary>Whether this is NULL; empty text is not.</summary>
    public bool IsNull => _address == null;

    /// <summary>Length in bytes.</summary>
    public int LengthBytes => (int)_lengthBytes;

    /// <summary>The bytes; empty for NULL.</summary>
    public ReadOnlySpan<byte> Bytes => new(_address, (int)_lengthBytes);
}
