namespace Zepto.Http.Monitoring;

/// <summary>
/// What the operating system says of the process. Asking takes more than a millisecond, and whoever may read the metrics may do so as often as it likes, so
/// the answers are kept for a while. Thread-safe.
/// </summary>
/// <param name="clock">Says how old the answers are.</param>
public sealed class ProcessFigures(Responses.ServerClock clock)
{
    /// <summary>How long answers are kept.</summary>
    public const int KeptMs = 1_000;

    private readonly Lock _gate = new();
    private Values? _values;
    private long _readAtMs;

    /// <summary>One set of answers.</summary>
    /// <param name="ProcessorSeconds">Processor time used, user and kernel.</param>
    /// <param name="ResidentBytes">Memory of the process that is in memory.</param>
    /// <param name="OpenDescriptors">Open file descriptors; -1 where the system does not tell.</param>
    public sealed record Values(double ProcessorSeconds, long ResidentBytes, int OpenDescriptors);

    /// <summary>Answers that are at most <see cref="KeptMs"/> old.</summary>
    public Values Read()
    {
        lock (_gate)
        {
            if (_values is null || clock.NowMs - _readAtMs >= KeptMs)
            {
                _values = Ask();
                _readAtMs = clock.NowMs;
            }
            return _values;
        }
    }

    private static Values Ask()
    {
        bool isKnown = !OperatingSystem.IsIOS() && !OperatingSystem.IsTvOS() && !OperatingSystem.IsBrowser();
        return new Values(
            isKnown ? Environment.CpuUsage.TotalTime.TotalSeconds : 0,
            Environment.WorkingSet,
            OperatingSystem.IsLinux() ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : -1);
    }
}
