using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Zepto.Benchmarks.Reports;

/// <summary>What a comparison found: written to perf/results/NAME.md and to stdout.</summary>
internal sealed class Report(string name)
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins with a title, the machine and the command that makes the report.</summary>
    public static Report Begin(string name, string title, string command)
    {
        var report = new Report(name);
        report.Line($"# {title}");
        report.Line();
        report.Line($"`{command}`, {DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, on {Machine()}.");
        report.Line();
        return report;
    }

    public void Line(string text = "") => _text.Append(text).Append('\n');

    public void Table(MarkdownTable table) => Line(table.ToString());

    /// <summary>Writes the file and prints it.</summary>
    public void Finish()
    {
        var folder = Path.Combine(Repository.Root, "perf", "results");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".md"), _text.ToString());
        Console.Out.Write(_text.ToString());
    }

    /// <summary>A number with thousands separators; digits after the point only where they say something.</summary>
    public static string Number(double value) => double.IsNaN(value) ? "–"
        : value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 1 ? "N1" : "N2", CultureInfo.InvariantCulture);

    /// <summary>A ratio.</summary>
    public static string Ratio(double value) => double.IsFinite(value)
        ? value.ToString(value >= 100 ? "N0" : value >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture) : "–";

    /// <summary>A spread in percent.</summary>
    public static string Percent(double value) => double.IsFinite(value) ? value.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "") : "–";

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var vectors = Vector512.IsHardwareAccelerated ? "AVX-512" : Vector256.IsHardwareAccelerated ? "AVX2" : "128-bit vectors";
        return $"{Environment.ProcessorCount} cores of {model ?? "an unknown processor"} ({vectors}), {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
    }
}
