using System.Text;
using BenchmarkDotNet.Attributes;
using Zepto.Http.Formats;
using Zepto.Http.Responses;

namespace Zepto.Benchmarks.Micro.Formats;

/// <summary>Writing a result of four columns (symbol, timestamp, integer, double) as JSON.</summary>
[MemoryDiagnoser]
public class JsonResultWriterBenchmarks : ICheckedBenchmark
{
    private readonly JsonResultWriter _writer = new();
    private readonly BodyBuffer _buffer = new();
    private FixedExecution _execution = null!;

    [Params(1, 1000)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup() => _execution = new FixedExecution(Rows);

    [Benchmark]
    public int Write()
    {
        _buffer.Clear();
        _writer.Begin(_execution, _buffer);
        _writer.WriteRows(_execution, 0, _buffer, int.MaxValue);
        _writer.End(_execution, _buffer);
        return _buffer.Length;
    }

    void ICheckedBenchmark.Check()
    {
        Rows = 2;
        Setup();
        Write();
        Expect.Equal(
            nameof(Write),
            """{"columns":["symbol","timestamp","volume","vwap"],"data":[["AAPL",1767623400000000000,0,15000],["AAPL",1767623400001000003,10,15000.142857142857]],"rows":2,"execution_time_us":52.3}""",
            Encoding.UTF8.GetString(_buffer.Written));
    }
}
