using System.Text;
using Zepto.Storage.Dictionaries;

namespace Zepto.Storage.Tests.Dictionaries;

public class DictionaryTests
{
    [Fact]
    public void Symbols_NamesTakeTheNextFreeId_NumbersMakeUnnamedIds()
    {
        using var symbols = new SymbolDictionary();
        Assert.True(symbols.EnsureId(2));
        Assert.Equal(1, symbols.Intern("AAPL"u8));
        Assert.Equal(3, symbols.Intern("MSFT"u8));
        Assert.Equal(1, symbols.Intern("AAPL"u8));
        Assert.True(symbols.HasName(1));
        Assert.False(symbols.HasName(2));
        Assert.Equal("2", symbols.Name(2).Text());
        Assert.Equal("MSFT", symbols.Name(3).Text());
        Assert.True(symbols.Name(4).IsNull);
        Assert.False(symbols.TryFind("2"u8, out _));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    [InlineData(int.MaxValue, true)]
    [InlineData(1L + int.MaxValue, false)]
    public void Symbols_EnsureId_Range(long id, bool allowed)
    {
        using var symbols = new SymbolDictionary();
        Assert.Equal(allowed, symbols.EnsureId(id));
    }

    [Fact]
    public void Symbols_SparseIds_CostMemoryByTheirNumber()
    {
        const int Ids = 100_000;
        const int Distance = 4_096;
        using var symbols = new SymbolDictionary();
        var beforeBytes = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 1; i <= Ids; i++)
            Assert.True(symbols.EnsureId((long)i * Distance));
        var addedBytes = GC.GetTotalMemory(forceFullCollection: true) - beforeBytes;
        Assert.True(addedBytes < 64 << 20, $"{addedBytes} bytes");
        Assert.Equal(Ids * Distance, symbols.Count);
        for (var i = 1; i <= Ids; i++)
        {
            Assert.Equal($"{i * Distance}", symbols.Name(i * Distance).Text());
            Assert.True(symbols.Name(i * Distance + 1).IsNull);
        }

        Assert.Equal(1, symbols.Intern("AAPL"u8));
    }

    [Fact]
    public void Strings_ManyDistinct_CodesAreDenseAndTextStays()
    {
        using var strings = new StringDictionary();
        for (var i = 1; i <= 50_000; i++)
            Assert.Equal(i, strings.Intern(Encoding.UTF8.GetBytes($"text-{i}")));
        Assert.Equal(50_000, strings.Count);
        for (var i = 1; i <= 50_000; i++)
        {
            Assert.True(strings.TryFind(Encoding.UTF8.GetBytes($"text-{i}"), out var code));
            Assert.Equal(i, code);
            Assert.Equal($"text-{i}", strings.Text(i).Text());
        }

        Assert.False(strings.TryFind("text-0"u8, out _));
        Assert.True(strings.Text(0).IsNull);
    }

    [Fact]
    public void Strings_EmptyText_IsNotNull()
    {
        using var strings = new StringDictionary();
        var code = strings.Intern(""u8);
        Assert.False(strings.Text(code).IsNull);
        Assert.Equal(0, strings.Text(code).LengthBytes);
        Assert.Equal(code, strings.Intern(""u8));
    }

    [Fact]
    public async Task Strings_InternFromManyThreads_OneCodeEach()
    {
        using var strings = new StringDictionary();
        var codes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 20_000).Select(i => strings.Intern(Encoding.UTF8.GetBytes($"{i % 5000}"))).ToArray())));
        Assert.All(codes, c => Assert.Equal(codes[0], c));
        Assert.Equal(5000, strings.Count);
    }
}
