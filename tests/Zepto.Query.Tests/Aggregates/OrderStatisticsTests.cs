using Zepto.Query.Aggregates;

namespace Zepto.Query.Tests.Aggregates;

public class OrderStatisticsTests
{
    [Fact]
    public void Select_RandomSortedAndEqualValues_EqualsSorting()
    {
        var random = new Random(5);
        for (var round = 0; round < 400; round++)
        {
            var length = random.Next(1, 2000);
            var range = random.Next(1, 3) == 1 ? 4 : long.MaxValue;
            var values = new long[length];
            for (var i = 0; i < length; i++)
                values[i] = round % 4 == 0 ? Math.Min(i, length - i) : random.NextInt64(-range, range);
            var sorted = values.Order().ToArray();
            var index = random.Next(length);
            Assert.Equal((round, sorted[index]), (round, OrderStatistics.Select(values, index)));
            Assert.True(values[..index].All(v => v <= sorted[index]) && values[index..].All(v => v >= sorted[index]), $"round {round}");
        }
    }
}
