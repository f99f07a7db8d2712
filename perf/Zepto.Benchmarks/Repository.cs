namespace Zepto.Benchmarks;

/// <summary>Where the project's files are.</summary>
internal static class Repository
{
    /// <summary>The folder of zepto.sln.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "zepto.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("zepto.sln is in no folder above the program");
        return folder.FullName;
    }
}
