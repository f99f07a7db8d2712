using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Serving;

/// <summary>Time limits with a clock that the test moves; nobody sleeps.</summary>
public sealed class TimeoutTests
{
    private const string Ping = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";

    private readonly MemoryConnection _connection = new();

    [Fact]
    public void Head_NothingArrives_IsClosedWithoutAWord()
    {
        _connection.Advance(9_999);
        Assert.False(_connection.IsClosed);
        _connection.Receive();
        Assert.False(_connection.HasServerEnded);
        _connection.Advance(1);
        Assert.Equal("", _connection.Receive());
        Assert.True(_connection.HasServerEnded);
    }

    [Fact]
    public void Head_Incomplete_Is408WhateverTrickles()
    {
        _connection.Send("GET /ping HTTP/1.1\r\n");
        for (int i = 0; i < 9; i++)
        {
            _connection.Advance(1_000);
            _connection.Send($"X{i}: y\r\n");
            Assert.Equal("", _connection.Receive());
        }
        _connection.Advance(1_000);
        Assert.StartsWith("HTTP/1.1 408 ", _connection.Receive());
        Assert.True(_connection.HasServerEnded);
    }

    [Fact]
    public void Head_OfALaterRequest_CountsFromItsFirstByte()
    {
        _connection.Send(Ping);
        _connection.Receive();
        _connection.Advance(60_000);
        _connection.Send("GET");
        _connection.Advance(9_999);
        _connection.Receive();
        Assert.False(_connection.HasServerEnded);
        _connection.Advance(1);
        Assert.StartsWith("HTTP/1.1 408 ", _connection.Receive());
    }

    [Fact]
    public void Idle_KeptConnection_IsClosedWithoutAWord()
    {
        _connection.Send(Ping);
        _connection.Receive();
        _connection.Advance(74_999);
        _connection.Receive();
        Assert.False(_connection.HasServerEnded);
        _connection.Advance(1);
        Assert.Equal("", _connection.Receive());
        Assert.True(_connection.HasServerEnded);
    }

    [Fact]
    public void Body_Progress_StartsTheTimeAnew()
    {
        _connection.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n");
        foreach (char next in "SELECT ")
        {
            _connection.Advance(29_999);
            _connection.Send(next.ToString());
        }
        Assert.Equal("", _connection.Receive());
        _connection.Advance(30_000);
        Assert.StartsWith("HTTP/1.1 408 ", _connection.Receive());
        Assert.True(_connection.HasServerEnded);
        Assert.Equal(0, _connection.Engine.Started);
    }

    [Fact]
    public void Statement_RunsAsLongAsItWants()
    {
        TaskCompletionSource gate = new();
        _connection.Engine.On("SLOW", HttpConnectionTests.Slow(gate));
        _connection.Send(HttpConnectionTests.Post("SLOW"));
        _connection.Advance(1_000_000);
        gate.SetResult();
        Assert.Single(HttpConnectionTests.Bodies(_connection.Receive()));
    }

    [Fact]
    public void Answer_NotTaken_IsAborted()
    {
        MemoryConnection connection = new(sendBufferBytes: 100);
        connection.Send(Ping);
        connection.Advance(29_999);
        Assert.False(connection.IsAborted);
        connection.Advance(1);
        Assert.True(connection.IsAborted);
        Assert.True(connection.IsClosed);
    }

    [Fact]
    public void Linger_ClientDoesNotEnd_IsLetGo()
    {
        _connection.Send("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.False(_connection.IsClosed);
        _connection.Advance(1_999);
        Assert.False(_connection.IsClosed);
        _connection.Advance(1);
        Assert.True(_connection.IsClosed);
    }

    [Fact]
    public void Linger_ClientKeepsSending_IsLetGoAfterABoundedAmount()
    {
        _connection.Send("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        int sent = 0;
        while (!_connection.IsClosed && sent < 100) Feed();
        Assert.InRange(sent, 16, 70);

        void Feed()
        {
            sent++;
            _connection.Send(new string('x', 32_768));
        }
    }
}
