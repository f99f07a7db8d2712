using Zepto.Native.Files;
using Zepto.Native.Memory;

namespace Zepto.Native.Tests.Files;

public unsafe class GatherWriteTests
{
    // More parts than one call of the system takes, empty ones among them.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(2_500)]
    public void Write_Parts_LieOneBehindTheOther(int count)
    {
        using var temporary = new TemporaryFile();
        using var memory = new NativeBuffer { Length = count * 7L };
        for (var i = 0; i < memory.Length; i++)
            memory.Address[i] = (byte)(i * 31);
        var parts = new List<FilePart>();
        var start = 0L;
        for (var i = 0; i < count; i++)
        {
            parts.Add(new FilePart(memory.Address + start, i % 8));
            start += i % 8;
        }

        using (var file = File.OpenHandle(temporary.Path, FileMode.Create, FileAccess.ReadWrite))
            GatherWrite.Write(file, temporary.Path, parts.ToArray(), 5);
        var written = File.ReadAllBytes(temporary.Path);
        Assert.Equal(start == 0 ? 0 : 5 + start, written.Length);
        Assert.True(written.AsSpan(Math.Min(5, written.Length)).SequenceEqual(memory.Span[..(int)start]));
    }

    [Fact]
    public void Write_FileThatIsOnlyRead_ThrowsWithPath()
    {
        using var temporary = new TemporaryFile();
        File.WriteAllText(temporary.Path, "x");
        using var file = File.OpenHandle(temporary.Path, FileMode.Open, FileAccess.Read);
        var value = (byte)1;
        FilePart[] parts = [new FilePart(&value, 1)];
        Assert.Contains(temporary.Path, Assert.Throws<NativeException>(() => GatherWrite.Write(file, temporary.Path, parts, 0)).Message);
    }
}
