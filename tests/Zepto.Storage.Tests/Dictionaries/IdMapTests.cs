using Zepto.Storage.Dictionaries;

namespace Zepto.Storage.Tests.Dictionaries;

public class IdMapTests
{
    // Ids near and far in random order, so that pages are made over ids that the hash table has.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Find_RandomIds_GivesWhatWasAdded(int seed)
    {
        var random = new Random(seed);
        var map = new IdMap<string>();
        var expected = new Dictionary<int, string>();
        for (var i = 0; i < 30_000; i++)
        {
            var id = random.Next(4) switch { 0 => random.Next(), 1 => random.Next(200) * 4_096, _ => random.Next(40_000) };
            Assert.True(map.Find(id) == expected.GetValueOrDefault(id), $"seed {seed}, id {id}, step {i}");
            if (expected.TryAdd(id, $"{id}"))
                map.Add(id, expected[id]);
        }

        Assert.All(expected, pair => Assert.Same(pair.Value, map.Find(pair.Key)));
        Assert.Null(map.Find(-1));
        Assert.Null(map.Find(int.MinValue));
    }

    [Fact]
    public void Find_FirstAndLastId()
    {
        var map = new IdMap<string>();
        Assert.Null(map.Find(0));
        Assert.Null(map.Find(int.MaxValue));
        map.Add(int.MaxValue, "last");
        map.Add(0, "first");
        Assert.Equal("last", map.Find(int.MaxValue));
        Assert.Equal("first", map.Find(0));
        Assert.Null(map.Find(1));
    }

    [Fact]
    public async Task Find_WhileIdsAreAdded_LosesNone()
    {
        const int Seed = 20240607;
        var random = new Random(Seed);
        var ids = Enumerable.Range(0, 200_000).Select(i => i % 3 == 0 ? (i + 1) * 4_096 : i).Distinct().ToArray();
        random.Shuffle(ids);
        var map = new IdMap<string>();
        var added = 0;
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            var places = new Random(reader);
            int count;
            do
            {
                count = Volatile.Read(ref added);
                if (count == 0)
                    continue;
                var id = ids[places.Next(count)];
                Assert.True(map.Find(id) is not null, $"seed {Seed}, id {id}");
            }
            while (count < ids.Length);
        })).ToArray();
        foreach (var id in ids)
        {
            map.Add(id, "");
            Volatile.Write(ref added, added + 1);
        }

        await Task.WhenAll(readers);
    }
}
