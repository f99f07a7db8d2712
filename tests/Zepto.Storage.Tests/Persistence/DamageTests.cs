using System.Buffers.Binary;
using Zepto.Storage.Persistence;

namespace Zepto.Storage.Tests.Persistence;

public sealed class DamageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Manifest_AnyByteFlipped_IsRefusedWithPathAndOffset()
    {
        await Fill();
        var path = _directory.At("data", "MANIFEST");
        var good = File.ReadAllBytes(path);
        for (var offset = 0; offset < good.Length; offset++)
        {
            var bad = (byte[])good.Clone();
            bad[offset] ^= 0x40;
            File.WriteAllBytes(path, bad);
            AssertDamaged(path);
        }

        File.WriteAllBytes(path, good);
        AssertOpens();
    }

    [Fact]
    public async Task Manifest_CutAnywhere_IsRefused()
    {
        await Fill();
        var path = _directory.At("data", "MANIFEST");
        var good = File.ReadAllBytes(path);
        for (var length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(path, good.AsSpan(0, length));
            AssertDamaged(path);
        }
    }

    [Fact]
    public async Task Manifest_Missing_IsRefusedWhileThereAreExtents()
    {
        await Fill();
        var path = _directory.At("data", "MANIFEST");
        File.Delete(path);
        Assert.Equal(
            $"{path} is damaged at offset 0: the file is missing although there are extents or a log; restore the data directory from a backup or start with an empty one",
            AssertDamaged(path));
    }

    [Theory]
    [InlineData("MANIFEST")]
    [InlineData("extents/000000.zx")]
    [InlineData("dictionaries/0-0.zd")]
    public async Task File_OtherFormatVersion_IsNamed(string file)
    {
        await Fill();
        var path = _directory.At("data", file);
        Change(path, bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 7));
        Assert.Equal($"{path} has format version 7, this server reads {FileFormat.Version}; open it with the server that wrote it", AssertDamaged(path));
    }

    [Theory]
    [InlineData("extents/000000.zx")]
    [InlineData("dictionaries/0-0.zd")]
    [InlineData("dictionaries/1-4.zd")]
    public async Task File_Missing_IsNamed(string file)
    {
        await Fill();
        var path = _directory.At("data", file);
        File.Delete(path);
        Assert.Contains("the file is missing", AssertDamaged(path));
    }

    [Fact]
    public async Task Extent_AnyHeaderByteFlipped_IsRefused()
    {
        await Fill();
        var path = _directory.At("data", "extents", "000000.zx");
        for (var offset = 0; offset < 40; offset++)
        {
            var flipped = offset;
            // Bytes 20 to 23 hold nothing, but the checksum covers them too.
            Change(path, bytes => bytes[flipped] ^= 1);
            AssertDamaged(path);
            Change(path, bytes => bytes[flipped] ^= 1);
        }

        AssertOpens();
    }

    [Fact]
    public async Task Extent_CutOrOfAnotherDirectory_IsRefused()
    {
        await Fill();
        var path = _directory.At("data", "extents", "000000.zx");
        var good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, good.AsSpan(0, good.Length - 1));
        Assert.Contains("it ends too early", AssertDamaged(path));
        File.WriteAllBytes(path, []);
        AssertDamaged(path);
        await Fill("other");
        File.Copy(_directory.At("other", "extents", "000000.zx"), path, overwrite: true);
        Assert.Contains("it belongs to another data directory", AssertDamaged(path));
    }

    [Theory]
    [InlineData("0-0.zd")]
    [InlineData("1-4.zd")]
    public async Task Dictionary_AnyByteFlippedOrCut_IsRefused(string file)
    {
        await Fill();
        var path = _directory.At("data", "dictionaries", file);
        var good = File.ReadAllBytes(path);
        for (var offset = 0; offset < good.Length; offset++)
        {
            var flipped = offset;
            Change(path, bytes => bytes[flipped] ^= 4);
            AssertDamaged(path);
            File.WriteAllBytes(path, good.AsSpan(0, offset));
            AssertDamaged(path);
            File.WriteAllBytes(path, good);
        }

        AssertOpens();
    }

    [Fact]
    public async Task Leftovers_OfACrash_AreIgnoredAndRemoved()
    {
        await Fill();
        File.WriteAllText(_directory.At("data", "extents", "000001.zx"), "half an extent");
        File.WriteAllText(_directory.At("data", "dictionaries", "9-9.zd"), "half a dictionary");
        File.WriteAllText(_directory.At("data", "MANIFEST.tmp"), "half a manifest");
        File.WriteAllText(_directory.At("data", "keys.json"), "not ours");
        AssertOpens();
        Assert.False(File.Exists(_directory.At("data", "extents", "000001.zx")));
        Assert.False(File.Exists(_directory.At("data", "dictionaries", "9-9.zd")));
        Assert.Equal("not ours", File.ReadAllText(_directory.At("data", "keys.json")));
    }

    public void Dispose() => _directory.Dispose();

    private async Task Fill(string name = "data")
    {
        using var database = Database.Open(_directory.Options(name: name));
        database.Symbols.Intern("AAPL"u8);
        database.Symbols.EnsureId(5);
        var table = database.CreateTable(TableReading.Ticks);
        await database.AddColumnAsync("ticks", new("note", Schema.ColumnType.String));
        table.Strings(3)!.Intern("first"u8);
        await TableReading.Append(database, table, (1, 10, 100), (5, 20, 200));
    }

    private static void Change(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    private string AssertDamaged(string path)
    {
        var error = Assert.Throws<StorageException>(() => { Database.Open(_directory.Options()); });
        Assert.Equal(StorageErrorKind.Damaged, error.Kind);
        Assert.StartsWith(path, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private void AssertOpens()
    {
        using var database = Database.Open(_directory.Options());
        Assert.True(database.Catalog.TryGet("ticks", out var table));
        Assert.Equal([new Row(1, 10, 100, 1), new Row(5, 20, 200, 2)], TableReading.Read(database, table));
    }
}
