using Zepto.Storage.Schema;

namespace Zepto.Storage.Tests.Ingest;

/// <summary>
/// Rows that several producers take from one stream in turn and send a statement at a time, repeatable by seed: nearly all statements are late, most of
/// them slightly, and times repeat within statements and between them.
/// </summary>
internal sealed class Feed(int seed, int producers, int rows)
{
    private const int Symbols = 3;
    private readonly Random _random = new(seed);
    private readonly List<(int Symbol, long Price, long Time)[]> _taken = [];
    private long _now = 5 * TimeOrderTests.Day;
    private long _price;
    private int _waited;

    /// <summary>One statement in this many reaches far back; 0: none.</summary>
    public int FarEvery { get; init; } = 40;

    /// <summary>The oldest statement waits for this many others at most.</summary>
    public int LongestWait { get; init; } = int.MaxValue;

    /// <summary>The next statement that arrives.</summary>
    public (int Symbol, long Price, long Time)[] Next()
    {
        while (_taken.Count < producers)
            _taken.Add(Take());
        var sender = _waited < LongestWait ? _random.Next(producers) : 0;
        _waited = sender == 0 ? 0 : _waited + 1;
        var statement = _taken[sender];
        _taken.RemoveAt(sender);
        if (FarEvery > 0 && _random.Next(FarEvery) == 0)
        {
            var back = _random.NextInt64(_random.Next(2) == 0 ? 3_600_000_000_000 : 2 * TimeOrderTests.Day);
            statement = [.. statement.Select(row => row with { Time = row.Time - back })];
        }

        return statement;
    }

    private (int, long, long)[] Take()
    {
        var statement = new (int, long, long)[_random.Next(1, 2 * rows)];
        for (var i = 0; i < statement.Length; i++)
        {
            _now += _random.Next(3) == 0 ? 1_000_000_000 : 0;
            statement[i] = (1 + _random.Next(Symbols), _random.Next(20) == 0 ? Nulls.Int64 : _price++, _now);
        }

        return statement;
    }
}
