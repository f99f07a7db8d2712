return Zepto.Benchmarks.BenchmarkProgram.Run(args);
