using BenchmarkDotNet.Attributes;
using Zepto.Benchmarks.Queries;
using Zepto.Query.Kernels;

namespace Zepto.Benchmarks.Micro.Kernels;

/// <summary>The engine's kernels over columns in the nearest cache and far beyond it, beside the hand-fused loops.</summary>
[MemoryDiagnoser]
public class KernelBenchmarks : ICheckedBenchmark
{
    private long[] _prices = [];
    private long[] _volumes = [];
    private double[] _doubles = [];

    [Params(1024, 4 << 20)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(17);
        _prices = new long[Rows];
        _volumes = new long[Rows];
        _doubles = new double[Rows];
        for (var i = 0; i < Rows; i++)
        {
            _prices[i] = random.Next(10_000, 20_000);
            _volumes[i] = random.Next(1, 1000);
            _doubles[i] = _prices[i];
        }
    }

    [Benchmark(Baseline = true)]
    public long FusedSum() => FusedLoops.Sum(_volumes);

    [Benchmark]
    public long SumIntegers() => (long)SumKernels.Sum(_volumes, default, out _);

    [Benchmark]
    public double SumDoubles() => SumKernels.Sum(_doubles, default, out _);

    [Benchmark]
    public long FusedVwap()
    {
        var (products, weights) = FusedLoops.SumProducts(_prices, _volumes);
        return products / weights;
    }

    [Benchmark]
    public long Vwap()
    {
        var products = SumKernels.SumProducts(_prices, _volumes, default, out var volume, out _);
        return (long)(products / volume);
    }

    [Benchmark]
    public long FusedCountGreater() => FusedLoops.CountGreater(_prices, 15_000);

    [Benchmark]
    public long CountGreater() => CountKernels.CountWhere(_prices, 15_000, Comparison.Greater);

    [Benchmark]
    public long Minimum() => RangeKernels.Min(_prices, default);

    [Benchmark]
    public long Maximum() => RangeKernels.Max(_prices, default);

    void ICheckedBenchmark.Check()
    {
        // No multiple of a vector, so that the tails run too.
        Rows = 1003;
        Setup();
        Expect.Equal(nameof(FusedSum), _volumes.Sum(), FusedSum());
        Expect.Equal(nameof(SumIntegers), _volumes.Sum(), SumIntegers());
        Expect.Equal(nameof(SumDoubles), _doubles.Sum(), SumDoubles());
        var vwap = _prices.Zip(_volumes, (p, v) => p * v).Sum() / _volumes.Sum();
        Expect.Equal(nameof(FusedVwap), vwap, FusedVwap());
        Expect.Equal(nameof(Vwap), vwap, Vwap());
        Expect.Equal(nameof(FusedCountGreater), _prices.Count(p => p > 15_000), FusedCountGreater());
        Expect.Equal(nameof(CountGreater), _prices.Count(p => p > 15_000), CountGreater());
        Expect.Equal(nameof(Minimum), _prices.Min(), Minimum());
        Expect.Equal(nameof(Maximum), _prices.Max(), Maximum());
    }
}
