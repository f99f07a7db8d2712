namespace Zepto.Http.Protocol;

/// <summary>Checks host [ ":" port ] (RFC 9110, section 7.2).</summary>
internal static class HostField
{
    /// <summary>Whether the value has the form of a host with an optional port; empty is legal.</summary>
    public static bool IsValid(ReadOnlySpan<byte> value)
    {
        if (value.ContainsAnyExcept(AsciiText.HostBytes)) return false;
        ReadOnlySpan<byte> port;
        if (!value.IsEmpty && value[0] == '[')
        {
            int close = value.IndexOf((byte)']');
            if (close < 3 || value[1..close].ContainsAnyExcept(AsciiText.LiteralAddressBytes)) return false;
            port = value[(close + 1)..];
        }
        else
        {
            if (value.ContainsAny((byte)'[', (byte)']')) return false;
            int colon = value.IndexOf((byte)':');
            port = colon < 0 ? default : value[colon..];
        }
        if (port.IsEmpty) return true;
        if (port[0] != ':' || port.Length > 6) return false;
        foreach (byte digit in port[1..])
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
        }
        return true;
    }
}
