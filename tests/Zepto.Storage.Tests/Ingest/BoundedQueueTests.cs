using Zepto.Storage.Ingest;

namespace Zepto.Storage.Tests.Ingest;

public class BoundedQueueTests
{
    [Fact]
    public void TryEnqueue_Full_SaysFalseUntilOneIsTaken()
    {
        var queue = new BoundedQueue<string>(4);
        foreach (var item in new[] { "a", "b", "c", "d" })
            Assert.True(queue.TryEnqueue(item));
        Assert.False(queue.TryEnqueue("e"));
        Assert.True(queue.TryDequeue(out var first));
        Assert.Equal("a", first);
        Assert.True(queue.TryEnqueue("e"));
        Assert.Equal(["b", "c", "d", "e"], Enumerable.Range(0, 4).Select(_ => queue.TryDequeue(out var item) ? item : "none"));
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public async Task ManyProducers_EveryItemOnceAndEachProducerInOrder()
    {
        const int producers = 4, items = 20_000;
        var queue = new BoundedQueue<object>(64);
        var running = Enumerable.Range(0, producers).Select(p => Task.Run(() =>
        {
            for (var i = 0; i < items; i++)
            {
                object item = (p, i);
                while (!queue.TryEnqueue(item))
                    Thread.Yield();
            }
        })).ToArray();
        var next = new int[producers];
        for (var taken = 0; taken < producers * items;)
        {
            if (!queue.TryDequeue(out var item))
            {
                Thread.Yield();
                continue;
            }

            var (producer, number) = ((int, int))item;
            Assert.Equal(next[producer]++, number);
            taken++;
        }

        await Task.WhenAll(running);
        Assert.False(queue.TryDequeue(out _));
    }
}
