namespace Zepto.Native.Memory;

/// <summary>An arena was asked for more than its limit.</summary>
public sealed class ArenaLimitException(long limitBytes) : Exception($"needs more than {limitBytes} bytes of memory")
{
    /// <summary>The limit that would have been passed, in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;
}
