using Zepto.Native.Threads;

namespace Zepto.Native.Topology;

/// <summary>CPUs and memory nodes of the machine, as far as this process may use them. Immutable.</summary>
public sealed class CpuTopology
{
    private readonly Dictionary<int, int> _nodeOfCpu;

    private CpuTopology(int[] cpus, Dictionary<int, int> nodeOfCpu)
    {
        Cpus = cpus;
        _nodeOfCpu = nodeOfCpu;
        NodeCount = Math.Max(1, nodeOfCpu.Values.Distinct().Count());
    }

    /// <summary>The machine, read once from the kernel's files.</summary>
    public static CpuTopology Current { get; } = Read("/sys/devices/system/node", PinnedThread.AllowedCpus());

    /// <summary>CPUs this process may use, ascending.</summary>
    public IReadOnlyList<int> Cpus { get; }

    /// <summary>Memory nodes with at least one of these CPUs; 1 where the kernel does not say.</summary>
    public int NodeCount { get; }

    /// <summary>Memory node of a CPU; 0 where the kernel does not say.</summary>
    public int NodeOf(int cpu) => _nodeOfCpu.GetValueOrDefault(cpu);

    /// <summary>Memory node of so many CPUs from one on; -1 when they lie on several, or the machine has only one.</summary>
    public int CommonNodeOf(int firstCpu, int count)
    {
        if (NodeCount == 1)
            return -1;
        var node = NodeOf(firstCpu);
        for (var cpu = firstCpu + 1; cpu < firstCpu + count; cpu++)
        {
            if (NodeOf(cpu) != node)
                return -1;
        }

        return node;
    }

    /// <summary>Reads a directory laid out as sysfs lays out its nodes: nodeN/cpulist.</summary>
    internal static CpuTopology Read(string nodesDirectory, int[] cpus)
    {
        var nodeOfCpu = new Dictionary<int, int>();
        if (Directory.Exists(nodesDirectory))
        {
            foreach (var directory in Directory.EnumerateDirectories(nodesDirectory, "node*"))
            {
                var list = Path.Combine(directory, "cpulist");
                if (!int.TryParse(Path.GetFileName(directory).AsSpan(4), out var node) || !File.Exists(list))
                    continue;
                foreach (var cpu in ParseCpuList(File.ReadAllText(list)))
                {
                    if (Array.IndexOf(cpus, cpu) >= 0)
                        nodeOfCpu[cpu] = node;
                }
            }
        }

        return new CpuTopology(cpus, nodeOfCpu);
    }

    /// <summary>Reads the kernel's list form, such as `0-3,8`.</summary>
    internal static IEnumerable<int> ParseCpuList(string text)
    {
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (!int.TryParse(ends[0], out var first) || !int.TryParse(ends[^1], out var last))
                continue;
            for (var cpu = first; cpu <= last; cpu++)
                yield return cpu;
        }
    }
}
