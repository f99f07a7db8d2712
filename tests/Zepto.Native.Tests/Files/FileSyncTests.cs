using Zepto.Native.Files;

namespace Zepto.Native.Tests.Files;

public class FileSyncTests
{
    [Fact]
    public void Allocate_TakesSpace_PunchHoleZeroesIt()
    {
        using var file = new TemporaryFile();
        FileSync.Allocate(file.Handle, file.Path, 0, 1 << 20);
        Assert.Equal(1 << 20, RandomAccess.GetLength(file.Handle));
        RandomAccess.Write(file.Handle, "x"u8, 5000);
        if (!FileSync.TryPunchHole(file.Handle, 0, 1 << 20))
            Assert.Skip("the temporary folder's file system cannot punch holes");
        Span<byte> read = [1];
        RandomAccess.Read(file.Handle, read, 5000);
        Assert.Equal(0, read[0]);
        Assert.Equal(1 << 20, RandomAccess.GetLength(file.Handle));
    }

    [Fact]
    public void Sync_OfOpenFileAndDirectory_Works()
    {
        using var file = new TemporaryFile();
        RandomAccess.Write(file.Handle, "x"u8, 0);
        FileSync.Fsync(file.Handle, file.Path);
        FileSync.Fdatasync(file.Handle, file.Path);
        FileSync.FsyncDirectory(Path.GetTempPath());
    }

    [Fact]
    public void FsyncDirectory_Missing_NamesPathAndReason()
    {
        var path = Path.Combine(Path.GetTempPath(), "zepto-missing-" + Guid.NewGuid());
        var error = Assert.Throws<NativeException>(() => FileSync.FsyncDirectory(path));
        Assert.Equal(2, error.Errno);
        Assert.Contains(path, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
