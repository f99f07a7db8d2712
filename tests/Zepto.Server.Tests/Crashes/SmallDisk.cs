using System.Diagnostics;
using System.Globalization;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Crashes;

/// <summary>A file system of a few MB in memory (tmpfs), to be filled up. Skips the test where mounting is not allowed.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _mount;

    public SmallDisk(int megabytes)
    {
        _mount = _directory["disk"];
        Directory.CreateDirectory(_mount);
        if (TryRun("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "none", _mount))
            return;
        _directory.Dispose();
        Assert.Skip("mounting a small file system is not allowed here");
    }

    /// <summary>A path on it.</summary>
    public string this[string name] => Path.Combine(_mount, name);

    /// <summary>Takes all free space but a little.</summary>
    public void Fill(long leaveBytes)
    {
        using var filler = File.Create(this["filler"]);
        var bytes = new byte[4096];
        while (new DriveInfo(_mount).AvailableFreeSpace > leaveBytes)
            filler.Write(bytes);
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Empty() => File.Delete(this["filler"]);

    public void Dispose()
    {
        Assert.True(TryRun("umount", _mount));
        _directory.Dispose();
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
