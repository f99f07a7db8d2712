using System.Diagnostics;

namespace Zepto.Server.Tests.Performance;

/// <summary>The benchmarks run once on little data, so that they cannot rot and what they time is known to be right.</summary>
public class BenchmarksTests
{
    [Fact]
    public async Task Check_EveryBenchmarkAndQuery_GivesTheRightAnswer()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine(Root(), "perf", "Zepto.Benchmarks", "bin", configuration, "net10.0", "Zepto.Benchmarks");
        using var process = Process.Start(new ProcessStartInfo(program, ["check"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var complaints = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", complaints);
        Assert.Equal("", await output);
        Assert.Equal(0, process.ExitCode);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "zepto.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("zepto.sln is in no folder above the tests");
        return folder.FullName;
    }
}
