using Zepto.Native.Memory;
using Zepto.Native.Topology;

namespace Zepto.Native.Tests.Topology;

public class CpuTopologyTests
{
    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("0-3,8\n", new[] { 0, 1, 2, 3, 8 })]
    [InlineData("", new int[0])]
    [InlineData("x,2", new[] { 2 })]
    public void ParseCpuList_KernelForms_AreRead(string text, int[] cpus) => Assert.Equal(cpus, CpuTopology.ParseCpuList(text));

    [Fact]
    public void Current_HasCpusAndANode()
    {
        Assert.NotEmpty(CpuTopology.Current.Cpus);
        Assert.True(CpuTopology.Current.NodeCount >= 1);
    }

    [Fact]
    public void Read_TwoNodes_CpusKnowTheirs()
    {
        var directory = Directory.CreateTempSubdirectory("zepto-nodes").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "node0"));
        Directory.CreateDirectory(Path.Combine(directory, "node1"));
        File.WriteAllText(Path.Combine(directory, "node0", "cpulist"), "0-1\n");
        File.WriteAllText(Path.Combine(directory, "node1", "cpulist"), "2-3\n");
        var topology = CpuTopology.Read(directory, [0, 1, 2, 3]);
        Directory.Delete(directory, recursive: true);
        Assert.Equal(2, topology.NodeCount);
        Assert.Equal([0, 0, 1, 1], new[] { 0, 1, 2, 3 }.Select(topology.NodeOf));
        Assert.Equal([0, 1, 1, -1, -1], new[] { (0, 2), (2, 1), (2, 2), (1, 2), (0, 4) }.Select(cpus => topology.CommonNodeOf(cpus.Item1, cpus.Item2)));
    }

    [Fact]
    public void Read_NoDirectory_IsOneNode()
    {
        var topology = CpuTopology.Read("/does/not/exist", [0, 1]);
        Assert.Equal(1, topology.NodeCount);
        Assert.Equal(0, topology.NodeOf(1));
        Assert.Equal(-1, topology.CommonNodeOf(1, 1));
    }

    [Fact]
    public unsafe void TryPrefer_FirstNode_LeavesTheMemoryUsable()
    {
        using var region = Zepto.Native.Mapping.MemoryRegion.Anonymous(1 << 16);
        NumaBinding.TryPrefer(region.Address, region.LengthBytes, 0);
        region.Slice(0, 1 << 16).Fill(3);
        Assert.Equal(3, region.Slice(100, 1)[0]);
        Assert.True(NativeMemoryLedger.Held(MemoryTag.Mapping) >= 1 << 16);
    }
}
