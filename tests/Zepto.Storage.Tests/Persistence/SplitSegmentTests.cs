using Zepto.Storage.Segments;

namespace Zepto.Storage.Tests.Persistence;

public class SplitSegmentTests
{
    private const int Rows = 20_000;

    // A late row leaves the open slice in two, both in the segment that grows: its statistics must not count the rows of the log twice.
    [Fact]
    public async Task Crash_BehindALateRow_LeavesExactStatistics()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, [.. Enumerable.Range(0, Rows).Select(i => (1, (long)i, 10L * i))]);
        await TableReading.Append(database, table, (1, 5L, 15_005L));
        var slices = table.SeriesAt(0).Partitions.Span[0].State.Slices;
        Assert.True(slices.Length > 1 && slices[0].Segment == slices[^1].Segment && slices[^1].IsOpen);
        database.Checkpoint();
        await TableReading.Append(database, table, [.. Enumerable.Range(Rows, 10).Select(i => (1, long.MinValue, 10L * i))]);
        directory.CopyData("crash");
        using var after = Database.Open(directory.Options(name: "crash"));
        Assert.True(after.Catalog.TryGet("ticks", out table));
        Assert.Equal(Rows + 11, TableReading.Read(after, table).Count);
        var segment = table.SeriesAt(0).Partitions.Span[0].State.Slices[^1].Segment;
        Assert.Equal(10, segment.Block(table.Schema.IdOf(1), Rows / Segment.BlockRows).NullCount);
    }
}
