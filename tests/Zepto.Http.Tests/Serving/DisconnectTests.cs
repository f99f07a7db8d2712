using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Serving;

/// <summary>What a running statement learns of its client.</summary>
public sealed class DisconnectTests
{
    private readonly TaskCompletionSource _gate = new();
    private readonly MemoryConnection _connection = new();

    public DisconnectTests()
    {
        _connection.Engine.On("SLOW", HttpConnectionTests.Slow(_gate));
        _connection.Send(HttpConnectionTests.Post("SLOW"));
    }

    private FakeExecution Execution => _connection.Engine.LastExecution!;

    [Fact]
    public void Reset_WhileRunning_CancelsAtOnce()
    {
        Assert.False(Execution.WasCancelled);
        _connection.Reset();
        Assert.True(Execution.WasCancelled);
        Assert.True(Execution.IsDisposed);
        Assert.True(_connection.IsClosed);
        Assert.Empty(_connection.Faults);
    }

    [Fact]
    public void HalfClose_ClientStillListening_IsAnswered()
    {
        _connection.SendEnd();
        for (int i = 0; i < 100; i++) _connection.Advance(100);
        Assert.False(Execution.WasCancelled);
        Assert.All(_connection.Probes, probe => Assert.Equal("HTTP/1.1 102 Processing\r\n\r\n", probe));
        Assert.InRange(_connection.Probes.Count, 2, 10);
        _gate.SetResult();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", _connection.Receive());
        Assert.True(_connection.IsClosed);
    }

    [Fact]
    public void HalfClose_AnsweredSoon_SeesNoProbe()
    {
        _connection.SendEnd();
        _connection.Advance(100);
        _gate.SetResult();
        Assert.Empty(_connection.Probes);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", _connection.Receive());
    }

    [Fact]
    public void HalfClose_ClientGone_CancelsAtTheNextSweep()
    {
        _connection.SendEnd();
        _connection.Advance(300);
        Assert.Single(_connection.Probes);
        Assert.False(Execution.WasCancelled);
        _connection.IsPeerGone = true;
        _connection.Advance(100);
        Assert.True(Execution.WasCancelled);
        Assert.True(Execution.IsDisposed);
        Assert.True(_connection.IsClosed);
    }

    [Fact]
    public void MoreRequests_WhileRunning_AreReadAheadBoundedly()
    {
        string ping = "GET /ping HTTP/1.1\r\nHost: x\r\nX: " + new string('a', 4000) + "\r\n\r\n";
        _connection.Send(string.Concat(Enumerable.Repeat(ping, 40)));
        Assert.False(Execution.WasCancelled);
        _gate.SetResult();
        int answers = 0;
        while (_connection.Receive() is { Length: > 0 } part) answers += HttpConnectionTests.Bodies(part).Count;
        Assert.Equal(41, answers);
    }
}
