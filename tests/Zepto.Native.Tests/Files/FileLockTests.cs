using System.Globalization;
using Zepto.Native.Files;

namespace Zepto.Native.Tests.Files;

public class FileLockTests
{
    [Fact]
    public void TryAcquire_Held_IsRefusedWithTheOwnersPidUntilReleased()
    {
        var path = Path.Combine(Path.GetTempPath(), $"zepto-lock-{Guid.NewGuid():N}");
        try
        {
            using (var first = FileLock.TryAcquire(path, out var noOwner))
            {
                Assert.NotNull(first);
                Assert.Equal("", noOwner);
                Assert.Null(FileLock.TryAcquire(path, out var owner));
                Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), owner);
            }

            using var second = FileLock.TryAcquire(path, out _);
            Assert.NotNull(second);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void TryAcquire_NoSuchDirectory_NamesPathAndReason()
    {
        var path = Path.Combine(Path.GetTempPath(), $"zepto-missing-{Guid.NewGuid():N}", "LOCK");
        var error = Assert.Throws<NativeException>(() => FileLock.TryAcquire(path, out _));
        Assert.Equal(2, error.Errno);
        Assert.Contains(path, error.Message);
    }
}
