using System.Diagnostics;

namespace Zepto.Http.Protocol;

/// <summary>How the end of the content is known.</summary>
public enum BodyFraming : byte
{
    /// <summary>No content follows the header section.</summary>
    None,

    /// <summary>Content-Length gives the size.</summary>
    Length,

    /// <summary>Chunked transfer coding.</summary>
    Chunked,
}

/// <summary>
/// One parsed header section: positions into the bytes it was parsed from, no copies. Reused for every request of a connection;
/// the owner keeps the bytes (or a copy of them, positions are relative to the start of the input) as long as it reads ranges.
/// </summary>
public sealed class RequestHead
{
    private readonly record struct FieldRanges(ByteRange Name, ByteRange Value);

    private FieldRanges[] _fields = new FieldRanges[16];

    public RequestMethod Method { get; internal set; }

    /// <summary>1 for HTTP/1.1 and later minor versions, 0 for HTTP/1.0.</summary>
    public int MinorVersion { get; internal set; }

    /// <summary>The target as sent.</summary>
    public ByteRange Target { get; internal set; }

    /// <summary>Path without the query, percent-encoded as sent; empty for an absolute-form target without a path.</summary>
    public ByteRange Path { get; internal set; }

    /// <summary>What follows the first question mark; empty without one.</summary>
    public ByteRange Query { get; internal set; }

    /// <summary>Whether the target is <c>*</c>.</summary>
    public bool IsAsterisk { get; internal set; }

    public BodyFraming Framing { get; internal set; }

    /// <summary>Bytes of content; meaningful when <see cref="Framing"/> is Length.</summary>
    public long ContentLength { get; internal set; }

    /// <summary>Whether the client lets the connection be used again (RFC 9112, section 9.3).</summary>
    public bool KeepAlive { get; internal set; }

    /// <summary>Whether the client waits for 100 (Continue).</summary>
    public bool ExpectsContinue { get; internal set; }

    /// <summary>Why the last parse rejected its input.</summary>
    public RequestRejection Rejection { get; internal set; }

    /// <summary>Field lines.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Name of a field line as sent.</summary>
    public ByteRange FieldName(int index) => Field(index).Name;

    /// <summary>Value of a field line without surrounding white space.</summary>
    public ByteRange FieldValue(int index) => Field(index).Value;

    /// <summary>Finds the first field of this name, given in lower case; names compare without case.</summary>
    public bool TryGetField(ReadOnlySpan<byte> head, ReadOnlySpan<byte> lowerCaseName, out ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < FieldCount; i++)
        {
            ref readonly FieldRanges field = ref _fields[i];
            if (field.Name.Length == lowerCaseName.Length && AsciiText.EqualsIgnoreCase(field.Name.Of(head), lowerCaseName))
            {
                value = field.Value.Of(head);
                return true;
            }
        }
        value = default;
        return false;
    }

    internal void Clear()
    {
        Method = RequestMethod.Unknown;
        MinorVersion = 0;
        Target = Path = Query = default;
        IsAsterisk = false;
        Framing = BodyFraming.None;
        ContentLength = 0;
        KeepAlive = false;
        ExpectsContinue = false;
        Rejection = RequestRejection.None;
        FieldCount = 0;
    }

    internal void AddField(ByteRange name, ByteRange value)
    {
        if (FieldCount == _fields.Length) Array.Resize(ref _fields, _fields.Length * 2);
        _fields[FieldCount++] = new FieldRanges(name, value);
    }

    private FieldRanges Field(int index)
    {
        Debug.Assert((uint)index < (uint)FieldCount);
        return _fields[index];
    }
}
