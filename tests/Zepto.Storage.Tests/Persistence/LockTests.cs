using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Zepto.Storage.Tests.Persistence;

public class LockTests
{
    [Fact]
    public void Open_TwiceInOneProcess_IsRefusedWithThePid()
    {
        using var directory = new TemporaryDirectory();
        using (Database.Open(directory.Options()))
        {
            var error = Assert.Throws<StorageException>(() => { Database.Open(directory.Options()); });
            Assert.Equal(StorageErrorKind.Locked, error.Kind);
            Assert.Equal($"data directory {directory.At("data")} is in use by another server (pid {Environment.ProcessId})", error.Message);
        }

        using var again = Database.Open(directory.Options());
        Assert.Empty(again.Catalog.Tables);
    }

    // flock(1) takes the lock in a process of its own, says so on its output and holds it until its input ends.
    [Fact]
    public void Open_LockedByAnotherProcess_IsRefusedUntilItEnds()
    {
        if (!File.Exists("/usr/bin/flock"))
            Assert.Skip("flock(1) is not installed");
        using var directory = new TemporaryDirectory();
        Database.Open(directory.Options()).Dispose();
        using var other = Process.Start(new ProcessStartInfo("/usr/bin/flock", [directory.At("data", "LOCK"), "sh", "-c", "echo locked; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("locked", other.StandardOutput.ReadLine());
        Assert.Equal(StorageErrorKind.Locked, Assert.Throws<StorageException>(() => { Database.Open(directory.Options()); }).Kind);
        other.StandardInput.Close();
        other.WaitForExit();
        Database.Open(directory.Options()).Dispose();
        Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), File.ReadAllText(directory.At("data", "LOCK")).Trim());
    }

    [Fact]
    public void Open_PathUnderAFile_IsUnwritable()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.At("file"), "");
        var error = Assert.Throws<StorageException>(() => { Database.Open(directory.Options(name: "file/data")); });
        Assert.Equal(StorageErrorKind.Unwritable, error.Kind);
        Assert.StartsWith($"data directory {directory.At("file/data")} cannot be used: ", error.Message);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Open_DirectoryWithoutWritePermission_IsUnwritable()
    {
        if (Environment.IsPrivilegedProcess)
            Assert.Skip("the superuser may write everywhere");
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.At("data"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(StorageErrorKind.Unwritable, Assert.Throws<StorageException>(() => { Database.Open(directory.Options()); }).Kind);
    }
}
