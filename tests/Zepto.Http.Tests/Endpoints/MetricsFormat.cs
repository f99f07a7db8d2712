using System.Text.RegularExpressions;

namespace Zepto.Http.Tests.Endpoints;

/// <summary>Checks Prometheus text line by line.</summary>
internal static partial class MetricsFormat
{
    public static void Check(string body)
    {
        Assert.EndsWith("\n", body);
        HashSet<string> families = [];
        foreach (string line in body[..^1].Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) Assert.True(families.Add(line.Split(' ')[2]), $"declared twice: {line}");
            else if (!line.StartsWith("# HELP ", StringComparison.Ordinal)) Assert.Matches(Sample(), line);
        }
    }

    [GeneratedRegex("^[a-z_0-9]+(\\{[a-z]+=\"[^\"]+\"\\})? [-+0-9.eE]+$")]
    private static partial Regex Sample();
}
