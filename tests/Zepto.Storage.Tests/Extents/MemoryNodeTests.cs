using System.Runtime.InteropServices;
using Zepto.Native.Topology;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Extents;

/// <summary>Rows lie on the memory node of the CPU that stores them; on a machine with one node there is no other place.</summary>
public sealed partial class MemoryNodeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Segment_LiesOnTheNodeOfItsWriter(bool isDurable)
    {
        using var directory = new TemporaryDirectory();
        var topology = CpuTopology.Current;
        foreach (var cpu in topology.Cpus.DistinctBy(topology.NodeOf))
        {
            var options = isDurable ? directory.Options(name: $"node-{topology.NodeOf(cpu)}") : new DatabaseOptions { ExtentBytes = 1 << 21 };
            using var database = Database.Open(options with { FirstWriterCpu = cpu });
            var table = database.CreateTable(TableReading.Ticks);
            await TableReading.Append(database, table, (1, 10, 100));
            Assert.Equal(topology.NodeOf(cpu), NodeOfFirstRow(database, table));
        }
    }

    private static unsafe int NodeOfFirstRow(Database database, Storage.Tables.Table table)
    {
        using var lease = database.Epochs.Enter();
        var address = table.SeriesAt(0).Partitions.Span[0].StateAt(table.CommittedSequence).Slices[0].Segment.SequenceAddress(0);
        var page = (void*)((nint)address & ~(nint)4095);
        var status = 0;
        var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 239 : 279;
        if (MovePages(number, 0, 1, &page, null, &status, 0) != 0)
            Assert.Skip($"the kernel does not say where pages lie: error {Marshal.GetLastPInvokeError()}");
        return status;
    }

    /// <summary>move_pages(2), which without target nodes says where pages lie: a node, or a negative error.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial long MovePages(long number, int process, nuint count, void** pages, int* nodes, int* status, int flags);
}
