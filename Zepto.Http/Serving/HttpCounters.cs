using System.Runtime.InteropServices;

namespace Zepto.Http.Serving;

/// <summary>
/// Counts of the HTTP server for /metrics. Thread-safe; request counters are striped by thread so that I/O threads do not fight
/// for one cache line.
/// </summary>
public sealed class HttpCounters
{
    private const int Stripes = 16;

    // 128 bytes keep stripes apart even where the processor fetches lines in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(0)] public long Status2xx;
        [FieldOffset(8)] public long Status3xx;
        [FieldOffset(16)] public long Status4xx;
        [FieldOffset(24)] public long Status5xx;
    }

    private readonly Stripe[] _stripes = new Stripe[Stripes];
    private long _connectionsAccepted;
    private long _connectionsRefused;
    private long _rejectedRequests;

    public long ConnectionsAccepted => Volatile.Read(ref _connectionsAccepted);

    public long ConnectionsRefused => Volatile.Read(ref _connectionsRefused);

    /// <summary>Requests refused before a handler saw them.</summary>
    public long RejectedRequests => Volatile.Read(ref _rejectedRequests);

    public void CountConnection() => Interlocked.Increment(ref _connectionsAccepted);

    public void CountRefusedConnection() => Interlocked.Increment(ref _connectionsRefused);

    public void CountRejection() => Interlocked.Increment(ref _rejectedRequests);

    /// <summary>Counts one response.</summary>
    public void CountResponse(int status)
    {
        ref Stripe stripe = ref _stripes[Environment.CurrentManagedThreadId & (Stripes - 1)];
        switch (status)
        {
            case < 300: Interlocked.Increment(ref stripe.Status2xx); break;
            case < 400: Interlocked.Increment(ref stripe.Status3xx); break;
            case < 500: Interlocked.Increment(ref stripe.Status4xx); break;
            default: Interlocked.Increment(ref stripe.Status5xx); break;
        }
    }

    /// <summary>Responses so far by the first digit of their status, 2 to 5.</summary>
    public long Responses(int statusClass)
    {
        long sum = 0;
        foreach (ref Stripe stripe in _stripes.AsSpan())
        {
            sum += statusClass switch
            {
                2 => Volatile.Read(ref stripe.Status2xx),
                3 => Volatile.Read(ref stripe.Status3xx),
                4 => Volatile.Read(ref stripe.Status4xx),
                5 => Volatile.Read(ref stripe.Status5xx),
                _ => throw new ArgumentOutOfRangeException(nameof(statusClass)),
            };
        }
        return sum;
    }
}
