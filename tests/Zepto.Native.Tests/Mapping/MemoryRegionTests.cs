using Zepto.Native.Files;
using Zepto.Native.Mapping;

namespace Zepto.Native.Tests.Mapping;

public class MemoryRegionTests
{
    [Theory]
    [InlineData(MappingHints.None)]
    [InlineData(MappingHints.HugePages | MappingHints.Sequential)]
    [InlineData(MappingHints.Populate)]
    public void Anonymous_IsZeroedAndWritable(MappingHints hints)
    {
        using var region = MemoryRegion.Anonymous(1 << 20, hints);
        var bytes = region.Slice(0, 1 << 20);
        Assert.Equal(-1, bytes.IndexOfAnyExcept((byte)0));
        bytes.Fill(7);
        Assert.Equal(7, region.Slice((1 << 20) - 1, 1)[0]);
    }

    [Fact]
    public void Slice_Outside_IsRefused()
    {
        using var region = MemoryRegion.Anonymous(4096);
        Assert.Equal(0, region.Slice(4096, 0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => { region.Slice(4096, 1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { region.Slice(-1, 1); });
    }

    [Fact]
    public void Discard_WholePagesOfARange_ReadAsZeros()
    {
        using var region = MemoryRegion.Anonymous(1 << 16);
        region.Slice(0, 1 << 16).Fill(7);
        region.Discard(100, 4096 + 4096 + 4095);
        Assert.Equal(7, region.Slice(4095, 1)[0]);
        Assert.Equal(-1, region.Slice(4096, 8192).IndexOfAnyExcept((byte)0));
        Assert.Equal(7, region.Slice(4096 + 8192, 1)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Discard(1 << 16, 1));
        using var file = new TemporaryFile();
        FileSync.SetLength(file.Handle, file.Path, 4096);
        using var mapped = MemoryRegion.OfFile(file.Handle, file.Path, 0, 4096);
        Assert.Throws<InvalidOperationException>(() => mapped.Discard(0, 4096));
    }

    [Fact]
    public void OfFile_WritesReachTheFile()
    {
        using var file = new TemporaryFile();
        FileSync.SetLength(file.Handle, file.Path, 8192);
        using (var region = MemoryRegion.OfFile(file.Handle, file.Path, 4096, 4096))
        {
            "zepto"u8.CopyTo(region.Slice(10, 5));
            region.Flush();
        }

        Span<byte> read = stackalloc byte[5];
        RandomAccess.Read(file.Handle, read, 4106);
        Assert.True(read.SequenceEqual("zepto"u8));
    }

    [Fact]
    public void OfFile_BeyondTheEnd_IsRefusedNamingTheFile()
    {
        using var file = new TemporaryFile();
        FileSync.SetLength(file.Handle, file.Path, 4096);
        var error = Assert.Throws<IOException>(() => { MemoryRegion.OfFile(file.Handle, file.Path, 0, 8192); });
        Assert.Contains(file.Path, error.Message);
    }
}
