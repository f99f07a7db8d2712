using System.Runtime.InteropServices;

namespace Zepto.Storage.Dictionaries;

/// <summary>
/// UTF-8 text in unmanaged memory that something else owns: a dictionary, an arena. 16 bytes; no address means NULL.
/// The owner says how long it stays valid.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe struct TextRef
{
    private readonly byte* _address;
    private readonly int _lengthBytes;
    private readonly int _isNumber;

    /// <param name="address">First byte; null for NULL.</param>
    /// <param name="lengthBytes">Length in bytes.</param>
    /// <param name="isNumber">Whether the text is the id of a symbol without a name.</param>
    public TextRef(byte* address, int lengthBytes, bool isNumber = false)
    {
        _address = address;
        _lengthBytes = lengthBytes;
        _isNumber = isNumber ? 1 : 0;
    }

    /// <summary>Whether this is NULL; empty text is not.</summary>
    public bool IsNull => _address == null;

    /// <summary>Whether it stands for a symbol without a name, whose id is output as a number.</summary>
    public bool IsNumber => _isNumber != 0;

    /// <summary>Length in bytes.</summary>
    public int LengthBytes => _lengthBytes;

    /// <summary>The bytes; empty for NULL.</summary>
    public ReadOnlySpan<byte> Bytes => new(_address, _lengthBytes);
}
