namespace Zepto.Http.Responses;

/// <summary>Numbers the responses of this process: <c>r</c> and at least six hexadecimal digits. Thread-safe.</summary>
public sealed class RequestIds
{
    /// <summary>Longest text of an id in bytes.</summary>
    public const int MaxTextBytes = 17;

    private long _last;

    public long Next() => Interlocked.Increment(ref _last);

    /// <summary>Writes an id.</summary>
    /// <returns>Bytes written, at most <see cref="MaxTextBytes"/>.</returns>
    public static int Write(Span<byte> destination, long id)
    {
        int digits = Math.Max(6, (67 - System.Numerics.BitOperations.LeadingZeroCount((ulong)id)) / 4);
        destination[0] = (byte)'r';
        for (int i = digits; i >= 1; i--)
        {
            int digit = (int)(id & 15);
            destination[i] = (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            id >>= 4;
        }
        return digits + 1;
    }
}
