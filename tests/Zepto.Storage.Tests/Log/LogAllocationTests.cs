using Zepto.Storage.Schema;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Log;

public class LogAllocationTests
{
    private const int WarmUpStatements = 1_500;
    private const int MeasuredStatements = 300;

    // The hooks run on the writer thread and on the flushing thread, between two statements and two flushes.
    [Theory]
    [InlineData(Durability.Async)]
    [InlineData(Durability.Sync)]
    public async Task Append_SteadyState_AllocatesNothingOnTheWriterAndTheFlushingThread(Durability durability)
    {
#if DEBUG
        Assert.Skip("unoptimised async methods allocate");
#endif
        using var directory = new TemporaryDirectory();
        long writerBytes = 0, flusherBytes = 0;
        using var database = Database.Open(directory.Options() with
        {
            Durability = durability,
            BeforeLogWrite = _ => Volatile.Write(ref writerBytes, GC.GetAllocatedBytesForCurrentThread()),
            BeforeLogFlush = () => Volatile.Write(ref flusherBytes, GC.GetAllocatedBytesForCurrentThread()),
        });
        var table = database.CreateTable(new TableDefinition("t", [new("text", ColumnType.String), new("time", ColumnType.Timestamp)]));
        var code = table.Strings(0)!.Intern("text"u8);
        var time = 0L;
        async Task Store(int statements)
        {
            for (var i = 0; i < statements; i++)
            {
                var batch = database.RentBatch(table);
                batch.EnsureCapacity(1);
                batch.SetRowCount(1);
                batch.Column<int>(0)[0] = code;
                batch.Column<long>(1)[0] = time++;
                await database.AppendAsync(batch);
            }
        }

        await Store(WarmUpStatements);
        var (leastWriter, leastFlusher) = (long.MaxValue, long.MaxValue);
        for (var round = 0; round < 8 && Math.Max(leastWriter, leastFlusher) > 0; round++)
        {
            var (writerBefore, flusherBefore) = (Volatile.Read(ref writerBytes), Volatile.Read(ref flusherBytes));
            await Store(MeasuredStatements);
            leastWriter = Math.Min(leastWriter, Volatile.Read(ref writerBytes) - writerBefore);
            leastFlusher = Math.Min(leastFlusher, Volatile.Read(ref flusherBytes) - flusherBefore);
        }

        Assert.Equal((0, 0), (leastWriter, leastFlusher));
    }
}
