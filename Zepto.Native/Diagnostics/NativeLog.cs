using System.Collections.Concurrent;

namespace Zepto.Native.Diagnostics;

/// <summary>Says once per missing machine feature that it is switched off. Thread-safe.</summary>
public static class NativeLog
{
    private static readonly ConcurrentDictionary<string, bool> Said = new();

    /// <summary>Receives one line; nothing is said while it is null.</summary>
    public static Action<string>? Sink { get; set; }

    /// <summary>Passes the line on the first time that <paramref name="feature"/> is found missing.</summary>
    internal static void Missing(string feature, string reason)
    {
        if (Said.TryAdd(feature, true))
            Sink?.Invoke($"{feature} is not available and stays off: {reason}");
    }
}
