using System.Diagnostics;
using Zepto.Http.Endpoints;
using Zepto.Http.Identity;
using Zepto.Http.Responses;
using Zepto.Http.Serving;
using Zepto.Http.Tests.Fakes;
using Zepto.Http.Transport;

namespace Zepto.Http.Tests.Transport;

/// <summary>Clients of one event loop, of which one sends more than others.</summary>
public sealed class EpollFairnessTests : IDisposable
{
    private const int RequestBytes = 64;
    private const int RequestsPerRead = SlabMemoryPool.BlockBytes / RequestBytes;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly ManualResetEventSlim _isHeld = new();
    private readonly ManualResetEventSlim _goOn = new();
    private readonly ManualResetEventSlim _isOtherAnswered = new();
    private bool _wasOtherFirst;

    public void Dispose()
    {
        _isHeld.Dispose();
        _goOn.Dispose();
        _isOtherAnswered.Dispose();
    }

    [Fact]
    public void AnswersOfOneRound_AreSentBeforeMoreIsReadOfAnyClient()
    {
        Assert.SkipUnless(EpollServing.IsSupported, "no epoll on this machine");
        using HandlerServer server = Start();
        using TestClient holder = server.Connect();
        using TestClient greedy = server.Connect();
        using TestClient other = server.Connect();
        holder.Send(Request("/hold"));
        Assert.True(_isHeld.Wait(s_patience));
        // Both wait for the thread, which reads the first block of one and then the other.
        greedy.Send(Read("/ping") + Request("/last"));
        other.Send(Request("/ping"));
        _goOn.Set();
        AssertOtherIsFirst(greedy, other, reads: 1);
    }

    [Fact]
    public void ClientThatSendsWithoutAPause_LetsOthersHaveTheirTurn()
    {
        Assert.SkipUnless(EpollServing.IsSupported, "no epoll on this machine");
        using HandlerServer server = Start();
        using TestClient holder = server.Connect();
        using TestClient greedy = server.Connect();
        using TestClient other = server.Connect();
        holder.Send(Request("/hold"));
        Assert.True(_isHeld.Wait(s_patience));
        greedy.Send(Read("/hold") + Read("/slow") + Read("/slow") + Request("/last"));
        _isHeld.Reset();
        _goOn.Set();
        _ = holder.ReadResponse();
        // The greedy client has its turn, alone, when the other one comes.
        Assert.True(_isHeld.Wait(s_patience));
        other.Send(Request("/ping"));
        _goOn.Set();
        AssertOtherIsFirst(greedy, other, reads: 3);
    }

    private static string Request(string path) => $"GET {path} HTTP/1.1\r\nHost: x\r\nX: ".PadRight(RequestBytes - 4, 'x') + "\r\n\r\n";

    // Requests that fill one block of the reader.
    private static string Read(string firstPath) => Request(firstPath) + string.Concat(Enumerable.Repeat(Request("/ping"), RequestsPerRead - 1));

    private void AssertOtherIsFirst(TestClient greedy, TestClient other, int reads)
    {
        Assert.Equal(200, other.ReadResponse().Status);
        _isOtherAnswered.Set();
        for (int i = 0; i < reads * RequestsPerRead + 1; i++) Assert.Equal(200, greedy.ReadResponse().Status);
        Assert.True(_wasOtherFirst);
    }

    private HandlerServer Start() => new(router =>
    {
        router.Add("/ping", RouteAccess.Public, get: new PingHandler());
        router.Add("/hold", RouteAccess.Public, get: new Act(() =>
        {
            _isHeld.Set();
            _goOn.Wait(s_patience);
            _goOn.Reset();
        }));
        router.Add("/slow", RouteAccess.Public, get: new Act(() =>
        {
            long start = Stopwatch.GetTimestamp();
            SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(start).TotalMilliseconds > 10);
        }));
        router.Add("/last", RouteAccess.Public, get: new Act(() => _wasOtherFirst = _isOtherAnswered.Wait(s_patience)));
    }, pool => new EpollServing(pool, threads: 1));

    private sealed class Act(Action act) : IRequestHandler
    {
        public bool TakesBody => false;

        public ValueTask HandleAsync(RequestContext context)
        {
            act();
            context.Response.Write(200, ContentTypes.PlainText, "done\n"u8);
            return default;
        }
    }
}
