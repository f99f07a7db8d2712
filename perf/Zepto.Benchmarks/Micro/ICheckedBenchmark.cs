namespace Zepto.Benchmarks.Micro;

/// <summary>A benchmark class that can say whether its methods compute what they should.</summary>
internal interface ICheckedBenchmark
{
    /// <summary>Runs every method once on little data; throws an InvalidOperationException that names a wrong answer.</summary>
    void Check();
}

/// <summary>Comparing answers.</summary>
internal static class Expect
{
    public static void Equal<T>(string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what} gives {actual} instead of {expected}");
    }
}
