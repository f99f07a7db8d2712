namespace Zepto.Http.Responses;

/// <summary>Media types this server sends.</summary>
public static class ContentTypes
{
    public static ReadOnlySpan<byte> Json => "application/json"u8;

    public static ReadOnlySpan<byte> PlainText => "text/plain; charset=UTF-8"u8;

    public static ReadOnlySpan<byte> PrometheusText => "text/plain; version=0.0.4; charset=utf-8"u8;

    public static ReadOnlySpan<byte> OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8"u8;
}
