using Zepto.Native.Memory;
using Zepto.Storage.Indexes;

namespace Zepto.Storage.Tests.Indexes;

/// <summary>Ranges of rows against sets of them, and the sort of runs against a plain one.</summary>
public unsafe class RowRangesTests
{
    [Fact]
    public void Append_RowsThatTouch_BecomeOneRange()
    {
        var memory = stackalloc RowRange[4];
        var rows = new RowRanges(memory, 4);
        rows.Append(3, 3);
        Assert.Equal(0, rows.Count);
        rows.Append(3, 5);
        rows.Append(5, 6);
        rows.Append(8, 9);
        Assert.Equal([new RowRange(3, 6), new RowRange(8, 9)], rows.Span.ToArray());
    }

    [Fact]
    public void Append_MoreThanFit_SaysSo()
    {
        var memory = stackalloc RowRange[2];
        var rows = new RowRanges(memory, 2);
        rows.Append(0, 1);
        rows.Append(2, 3);
        Assert.False(rows.IsOverfull);
        rows.Append(4, 5);
        Assert.True(rows.IsOverfull);
        rows.Clear();
        Assert.False(rows.IsOverfull);
        Assert.Equal(0, rows.Count);
    }

    [Fact]
    public void Intersect_RandomRows_AreThoseOfBoth()
    {
        const int seed = 7;
        var random = new Random(seed);
        var memory = stackalloc RowRange[3 * 64];
        for (var round = 0; round < 500; round++)
        {
            var (left, right, both) = (new RowRanges(memory, 64), new RowRanges(memory + 64, 64), new RowRanges(memory + 128, 64));
            var expected = Fill(ref left, random);
            expected.IntersectWith(Fill(ref right, random));
            both.Intersect(left.Span, right.Span);
            var actual = new List<int>();
            foreach (var range in both.Span)
                actual.AddRange(Enumerable.Range(range.Start, range.End - range.Start));
            Assert.True(expected.Order().SequenceEqual(actual), $"seed {seed} round {round}");
        }
    }

    [Theory]
    [InlineData(1, long.MinValue, long.MaxValue)]
    [InlineData(2, -3, 3)]
    [InlineData(3, 1_000_000_000_000, 1_000_000_070_000)]
    [InlineData(4, 5, 6)]
    public void RunSort_RandomKeys_IsStable(int seed, long from, long to)
    {
        var random = new Random(seed);
        foreach (var count in new[] { 0, 1, 2, 1000, 65_536 })
        {
            var keys = Enumerable.Range(0, count).Select(_ => random.NextInt64(from, to)).ToArray();
            var expected = Enumerable.Range(0, count).OrderBy(i => keys[i]).Select(i => (uint)i).ToArray();
            var runs = Enumerable.Range(0, count).Select(i => (uint)i).ToArray();
            fixed (long* keyAddress = keys)
            fixed (uint* runAddress = runs)
                RunSort.Sort(keyAddress, runAddress, count);
            Assert.True(expected.AsSpan().SequenceEqual(runs), $"seed {seed} count {count}");
            Assert.True(keys.Zip(keys.Skip(1)).All(pair => pair.First <= pair.Second), $"seed {seed} count {count}");
        }
    }

    private static HashSet<int> Fill(ref RowRanges rows, Random random)
    {
        var set = new HashSet<int>();
        var next = 0;
        for (var i = 0; i < 20; i++)
        {
            var start = next + random.Next(1, 8);
            next = start + random.Next(1, 8);
            rows.Append(start, next);
            set.UnionWith(Enumerable.Range(start, next - start));
        }

        return set;
    }
}
