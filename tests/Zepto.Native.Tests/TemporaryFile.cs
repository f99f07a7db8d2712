using Microsoft.Win32.SafeHandles;

namespace Zepto.Native.Tests;

/// <summary>An open file in the temporary folder, deleted at the end.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"zepto-{Guid.NewGuid():N}");

    public SafeFileHandle Handle { get; }

    public TemporaryFile() => Handle = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.ReadWrite);

    public void Dispose()
    {
        Handle.Dispose();
        File.Delete(Path);
    }
}
