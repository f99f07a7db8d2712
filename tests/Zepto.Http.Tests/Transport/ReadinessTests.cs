using Zepto.Http.Transport;

namespace Zepto.Http.Tests.Transport;

public sealed class ReadinessTests
{
    private const int Rounds = 20_000;

    private Readiness _readiness;
    private int _signalled;
    private bool _wasTaken;

    [Fact]
    public void TakeWaitOrSetReady_WhileAWaitBegins_IsNeverLost()
    {
        int started = 0;
        Thread loop = new(() =>
        {
            for (int round = 1; round <= Rounds; round++)
            {
                while (Volatile.Read(ref started) < round) Thread.SpinWait(1);
                _wasTaken = _readiness.TakeWaitOrSetReady();
                Volatile.Write(ref _signalled, round);
            }
        });
        loop.Start();
        int lost = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            _readiness = default;
            Volatile.Write(ref started, round);
            Thread.SpinWait(round % 8);
            bool waits = _readiness.TryWait();
            while (Volatile.Read(ref _signalled) < round) Thread.SpinWait(1);
            // A wait that nobody took would last until more bytes come.
            if (waits != _wasTaken) lost++;
        }
        loop.Join();
        Assert.Equal(0, lost);
    }
}
