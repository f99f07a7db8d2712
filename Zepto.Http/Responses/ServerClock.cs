using System.Globalization;

namespace Zepto.Http.Responses;

/// <summary>
/// The server's coarse time: milliseconds for deadlines and the Date field, both set from outside a few times a second, so that a
/// request costs no system call. One thread calls <see cref="Set"/>, any thread reads.
/// </summary>
public sealed class ServerClock
{
    // A reader copies a line at once; by the time its array is written again several seconds have passed.
    private readonly byte[][] _dateLines = new byte[8][];
    private byte[] _dateLine;
    private int _nextDateLine;
    private long _nowMs;
    private long _unixMs;
    private long _unixSecond = long.MinValue;

    public ServerClock()
    {
        for (int i = 0; i < _dateLines.Length; i++) _dateLines[i] = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"u8.ToArray();
        _dateLine = _dateLines[0];
    }

    /// <summary>Monotonic milliseconds as of the last <see cref="Set"/>.</summary>
    public long NowMs => Volatile.Read(ref _nowMs);

    /// <summary>Milliseconds since the Unix epoch as of the last <see cref="Set"/>.</summary>
    public long UnixMs => Volatile.Read(ref _unixMs);

    /// <summary>The whole Date field line with its line end (RFC 9110, section 6.6.1); copy it at once.</summary>
    public ReadOnlySpan<byte> DateLine => Volatile.Read(ref _dateLine);

    /// <summary>Moves the clock.</summary>
    /// <param name="nowMs">Monotonic milliseconds, never smaller than before.</param>
    /// <param name="utcNow">Wall-clock time for the Date field.</param>
    public void Set(long nowMs, DateTime utcNow)
    {
        Volatile.Write(ref _nowMs, nowMs);
        Volatile.Write(ref _unixMs, (utcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond);
        long unixSecond = utcNow.Ticks / TimeSpan.TicksPerSecond;
        if (unixSecond == _unixSecond) return;
        _unixSecond = unixSecond;
        _nextDateLine = (_nextDateLine + 1) % _dateLines.Length;
        byte[] line = _dateLines[_nextDateLine];
        Span<byte> date = line.AsSpan("Date: ".Length, "Thu, 01 Jan 1970 00:00:00 GMT".Length);
        bool isWritten = utcNow.TryFormat(date, out int writtenBytes, "R", CultureInfo.InvariantCulture);
        System.Diagnostics.Debug.Assert(isWritten && writtenBytes == date.Length);
        Volatile.Write(ref _dateLine, line);
    }

    /// <summary>Sets the clock from the operating system.</summary>
    public void SetFromSystem() => Set(Environment.TickCount64, DateTime.UtcNow);
}
