using Zepto.Native.Diagnostics;
using Zepto.Native.Interop;

namespace Zepto.Native.Threads;

/// <summary>Starts threads that stay on one CPU, or that run only when nothing else wants to.</summary>
public static unsafe class PinnedThread
{
    private const int MaskWords = 16;

    /// <summary>Starts a background thread.</summary>
    /// <param name="name">Shown by tools.</param>
    /// <param name="cpu">CPU to stay on, or -1 to let the scheduler choose.</param>
    /// <param name="body">The thread's work.</param>
    /// <param name="idlePriority">Runs only on an otherwise idle CPU (SCHED_IDLE).</param>
    public static Thread Start(string name, int cpu, Action body, bool idlePriority = false)
    {
        var thread = new Thread(() =>
        {
            if (cpu >= 0 && !TryPin(cpu))
                NativeLog.Missing("thread pinning", $"CPU {cpu} cannot be chosen");
            if (idlePriority && !TryIdle())
                NativeLog.Missing("SCHED_IDLE", "the scheduler refused");
            body();
        }) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Keeps the calling thread on one CPU; false when that is refused.</summary>
    public static bool TryPin(int cpu)
    {
        if (cpu >= MaskWords * 64)
            return false;
        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[cpu / 64] = 1UL << (cpu % 64);
        return Libc.SetAffinity(0, MaskWords * sizeof(ulong), mask) == 0;
    }

    /// <summary>CPUs that the calling thread may run on, ascending.</summary>
    public static int[] AllowedCpus()
    {
        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        if (Libc.GetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
            return [.. Enumerable.Range(0, Environment.ProcessorCount)];
        var cpus = new List<int>();
        for (var cpu = 0; cpu < MaskWords * 64; cpu++)
        {
            if ((mask[cpu / 64] >> (cpu % 64) & 1) != 0)
                cpus.Add(cpu);
        }

        return [.. cpus];
    }

    private static bool TryIdle()
    {
        var priority = 0;
        return Libc.SetScheduler(0, Libc.SchedulerIdle, &priority) == 0;
    }
}
