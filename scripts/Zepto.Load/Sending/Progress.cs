using System.Diagnostics;
using System.Globalization;

namespace Zepto.Load.Sending;

/// <summary>A bar on stderr, drawn ten times a second at most and only when stderr is a terminal.</summary>
internal sealed class Progress(long totalBytes)
{
    private const int BarWidth = 40;
    private readonly bool _isShown = !Console.IsErrorRedirected;
    private long _drawnAt;

    /// <summary>Shows how far the files have been read and how many rows are stored.</summary>
    public void Show(long readBytes, long rows)
    {
        if (!_isShown || (_drawnAt != 0 && Stopwatch.GetElapsedTime(_drawnAt).TotalMilliseconds < 100))
            return;
        _drawnAt = Stopwatch.GetTimestamp();
        var done = totalBytes == 0 ? 1 : Math.Clamp((double)readBytes / totalBytes, 0, 1);
        var bar = new string('#', (int)(done * BarWidth)).PadRight(BarWidth, '.');
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r[{bar}] {done:P0} {rows:N0} rows "));
    }

    /// <summary>Removes the bar.</summary>
    public void Clear()
    {
        if (_isShown && _drawnAt != 0)
            Console.Error.Write("\r" + new string(' ', BarWidth + 40) + "\r");
    }
}
