using Zepto.Native.Memory;
using Zepto.Storage.Schema;
using Zepto.Storage.Tests.Mutations;

namespace Zepto.Storage.Tests.Persistence;

/// <summary>Alone, because the ledger counts the whole process.</summary>
[CollectionDefinition(nameof(MemoryLeakTests), DisableParallelization = true)]
[Collection(nameof(MemoryLeakTests))]
public class MemoryLeakTests
{
    [Fact]
    public async Task Dispose_DurableReopenedAndInMemory_GivesAllUnmanagedMemoryBack()
    {
        using var directory = new TemporaryDirectory();
        foreach (var options in new[] { directory.Options(), directory.Options(), new DatabaseOptions() })
        {
            var before = Held();
            using (var database = Database.Open(options))
            {
                if (database.Catalog.TryGet("strings", out var old))
                    database.DropTable(old.Name);
                var table = database.CreateTable(new TableDefinition("strings", [new("s", ColumnType.String)]));
                table.Strings(0)!.Intern("text"u8);
                database.Symbols.EnsureId(7);
                if (!database.Catalog.TryGet("ticks", out var ticks))
                    ticks = database.CreateTable(TableReading.Ticks);
                await TableReading.Append(database, ticks, (7, 1, 1), (7, 2, 2));
                await TableReading.Append(database, ticks, (7, 1, 1));
                await StoredRows.Mutate(database, ticks, [new Row(7, 1, 1, 1)], [new Row(7, 3, 3, 1)]);
                Assert.NotEqual(before, Held(collect: false));
                GC.KeepAlive(old);
            }

            Assert.Equal(before, Held(collect: false));
        }
    }

    [Theory]
    [InlineData("MANIFEST", 30)]
    [InlineData("extents/000000.zx", 20)]
    [InlineData("dictionaries/0-0.zd", 45)]
    public async Task Open_Damaged_GivesAllUnmanagedMemoryAndTheLockBack(string file, int offset)
    {
        using var directory = new TemporaryDirectory();
        using (var database = Database.Open(directory.Options()))
        {
            database.Symbols.Intern("AAPL"u8);
            await TableReading.Append(database, database.CreateTable(TableReading.Ticks), (1, 1, 1));
        }

        var path = directory.At("data", file);
        FlipByte(path, offset);
        var before = Held();
        Assert.Equal(StorageErrorKind.Damaged, Assert.Throws<StorageException>(() => { Database.Open(directory.Options()); }).Kind);
        Assert.Equal(before, Held(collect: false));
        FlipByte(path, offset);
        using var again = Database.Open(directory.Options());
        Assert.Single(again.Catalog.Tables);
    }

    private static void FlipByte(string path, int offset)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Bytes by tag, after the garbage of earlier tests has been finalised where asked.</summary>
    private static long[] Held(bool collect = true)
    {
        for (var i = 0; i < 2 && collect; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return [.. Enum.GetValues<MemoryTag>().Select(NativeMemoryLedger.Held)];
    }
}
