namespace Zepto.Server.Tests.Hosting;

/// <summary>Places outside of the test's own folder.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The folder with the recorded market data, which is not part of the repository: <c>ZEPTO_TEST_DATA</c>, else <c>shared/data</c> beside the
    /// repository. Null when neither is there.
    /// </summary>
    public static string? MarketData { get; } = FindMarketData();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "zepto.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("zepto.sln is in no folder above the tests");
        return folder.FullName;
    }

    private static string? FindMarketData()
    {
        var folder = Environment.GetEnvironmentVariable("ZEPTO_TEST_DATA") ?? Path.Combine(Root, "..", "shared", "data");
        return File.Exists(Path.Combine(folder, "trades.csv.gz")) ? Path.GetFullPath(folder) : null;
    }
}
