using Zepto.Http.Monitoring;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/metrics/history?since=&amp;limit=: the newest snapshots not older than a time, the oldest of them first.</summary>
public sealed class AdminMetricsHistoryHandler(MetricsHistory history) : IRequestHandler
{
    /// <summary>Most snapshots in one answer: half an hour.</summary>
    public const int MaxCount = 600;

    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        long sinceMs = 0;
        long limit = MaxCount;
        if (!QueryNumbers.TryRead(context, "since"u8, ref sinceMs) || !QueryNumbers.TryRead(context, "limit"u8, ref limit)) return default;
        MetricsSnapshot[] body = history.Copy(sinceMs, new MetricsSnapshot[Math.Min(limit, MaxCount)]).ToArray();
        return EndpointJson.Respond(context, body, EndpointJson.Default.MetricsSnapshotArray);
    }
}
