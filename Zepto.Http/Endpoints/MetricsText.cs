using System.Diagnostics;
using System.Globalization;
using System.Text;
using Zepto.Http.Formats;
using Zepto.Http.Responses;

namespace Zepto.Http.Endpoints;

/// <summary>
/// Writes metrics in the Prometheus text format 0.0.4 or in OpenMetrics 1.0, which differ in the names of counters and in the end.
/// </summary>
internal readonly ref struct MetricsText(BodyBuffer buffer, bool isOpenMetrics)
{
    /// <summary>A counter without labels; the name ends in _total.</summary>
    public void Counter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> help, double value)
    {
        CounterFamily(name, help);
        Sample(name, default, value);
    }

    /// <summary>Starts a counter whose samples follow.</summary>
    public void CounterFamily(ReadOnlySpan<byte> name, ReadOnlySpan<byte> help)
    {
        Debug.Assert(name.EndsWith("_total"u8));
        Family(isOpenMetrics ? name[..^"_total"u8.Length] : name, help, "counter"u8);
    }

    public void Gauge(ReadOnlySpan<byte> name, ReadOnlySpan<byte> help, double value)
    {
        Family(name, help, "gauge"u8);
        Sample(name, default, value);
    }

    public void Family(ReadOnlySpan<byte> name, ReadOnlySpan<byte> help, ReadOnlySpan<byte> type)
    {
        buffer.Append("# HELP "u8);
        buffer.Append(name);
        buffer.Append((byte)' ');
        buffer.Append(help);
        buffer.Append("\n# TYPE "u8);
        buffer.Append(name);
        buffer.Append((byte)' ');
        buffer.Append(type);
        buffer.Append((byte)'\n');
    }

    /// <summary>One sample.</summary>
    /// <param name="name">Name of the sample.</param>
    /// <param name="labels">Labels with their braces; empty for none.</param>
    /// <param name="value">Its value.</param>
    public void Sample(ReadOnlySpan<byte> name, ReadOnlySpan<byte> labels, double value)
    {
        buffer.Append(name);
        buffer.Append(labels);
        buffer.Append((byte)' ');
        Number(value);
        buffer.Append((byte)'\n');
    }

    /// <summary>A histogram of durations, in seconds as Prometheus wants it.</summary>
    public void Histogram(ReadOnlySpan<byte> name, ReadOnlySpan<byte> help, LatencyHistogram histogram)
    {
        Family(name, help, "histogram"u8);
        long count = 0;
        for (int i = 0; i <= LatencyHistogram.UpperBoundsNs.Length; i++)
        {
            count += histogram.Count(i);
            buffer.Append(name);
            buffer.Append("_bucket{le=\""u8);
            if (i == LatencyHistogram.UpperBoundsNs.Length) buffer.Append("+Inf"u8);
            else Text((LatencyHistogram.UpperBoundsNs[i] / 1e9m).ToString("0.0######", CultureInfo.InvariantCulture));
            buffer.Append("\"} "u8);
            Number(count);
            buffer.Append((byte)'\n');
        }
        buffer.Append(name);
        buffer.Append("_sum "u8);
        Number(histogram.SumNs / 1e9);
        buffer.Append((byte)'\n');
        buffer.Append(name);
        buffer.Append("_count "u8);
        Number(count);
        buffer.Append((byte)'\n');
    }

    public void End()
    {
        if (isOpenMetrics) buffer.Append("# EOF\n"u8);
    }

    private void Number(double value)
    {
        if (Math.Abs(value) < 1e18 && Math.Floor(value) == value) buffer.Advance(NumberText.Write(buffer.GetSpan(NumberText.MaxInt64Bytes), (long)value));
        else Text(value.ToString("R", CultureInfo.InvariantCulture));
    }

    private void Text(string text) => buffer.Advance(Encoding.ASCII.GetBytes(text, buffer.GetSpan(text.Length)));
}
