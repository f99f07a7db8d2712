namespace Zepto.Server.Tests.Hosting;

/// <summary>A new empty directory, deleted with its contents at the end.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("zepto-test-").FullName;

    /// <summary>A path below it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
