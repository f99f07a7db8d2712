namespace Zepto.Storage.Tests.Persistence;

/// <summary>A directory that goes away with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("zepto-storage-").FullName;

    public string Path { get; }

    /// <summary>A path below the directory.</summary>
    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Options for a database in <c>data</c> below the directory, with small extents and no checkpoints and no compaction of its own accord.</summary>
    public DatabaseOptions Options(Action<string>? log = null, string name = "data", int writers = 1) => new()
    {
        DataDirectory = At(name),
        ExtentBytes = 1 << 21,
        CheckpointInterval = Timeout.InfiniteTimeSpan,
        CompactionInterval = Timeout.InfiniteTimeSpan,
        Log = log,
        WriterThreads = writers,
    };

    /// <summary>As <see cref="Options"/>, without a log.</summary>
    public DatabaseOptions Unlogged(Action<string>? log = null, string name = "data", int writers = 1) => Options(log, name, writers) with { Durability = Durability.Off };

    /// <summary>Copies <c>data</c> as a crash at this moment would leave it.</summary>
    public void CopyData(string target)
    {
        foreach (var directory in new[] { "", "extents", "dictionaries", "log" })
        {
            Directory.CreateDirectory(At(target, directory));
            // Not the lock file: a dead process holds no lock.
            foreach (var file in Directory.EnumerateFiles(At("data", directory)).Where(f => !f.EndsWith("LOCK", StringComparison.Ordinal)))
                CopyWhileInUse(file, At(target, directory, System.IO.Path.GetFileName(file)));
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void CopyWhileInUse(string source, string target)
    {
        using var input = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var output = new FileStream(target, FileMode.CreateNew);
        input.CopyTo(output);
    }
}
