using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Zepto.Benchmarks.Micro.Formats;
using Zepto.Benchmarks.Micro.Kernels;
using Zepto.Benchmarks.Micro.Protocol;
using Zepto.Benchmarks.Micro.Syntax;

namespace Zepto.Benchmarks.Micro;

/// <summary>All micro-benchmarks.</summary>
internal static class MicroBenchmarks
{
    private static readonly Type[] s_all =
    [
        typeof(RequestHeadParserBenchmarks), typeof(JsonResultWriterBenchmarks), typeof(KernelBenchmarks), typeof(StatementBenchmarks),
    ];

    /// <summary>Measures with BenchmarkDotNet; the arguments are its own.</summary>
    public static void Run(string[] arguments)
    {
        // In this process: nothing has to be built for it, and the build settings of the tree need not suit generated projects.
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(Path.Combine(Repository.Root, "perf", "results", "micro"));
        BenchmarkSwitcher.FromTypes(s_all).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments, config);
    }

    /// <summary>Runs every method once on little data; what is wrong, one line each.</summary>
    public static List<string> Check()
    {
        var complaints = new List<string>();
        foreach (var type in s_all)
        {
            try
            {
                ((ICheckedBenchmark)Activator.CreateInstance(type)!).Check();
            }
            catch (InvalidOperationException error)
            {
                complaints.Add($"{type.Name}: {error.Message}");
            }
        }

        return complaints;
    }
}
