using System.Text;
using Zepto.Http.Identity;

namespace Zepto.Http.Tests.Identity;

public sealed class SessionStoreTests
{
    private const long NowMs = 1_800_000_000_000;
    private static readonly SessionLimits s_limits = new(IdleMs: 1000, AbsoluteMs: 5000, MostSessions: 10, MostPerIdentity: 4);

    private readonly IdentityVersion _version = new();
    private readonly KeyStore _keys;
    private readonly SessionStore _sessions;

    public SessionStoreTests()
    {
        _keys = new KeyStore(null, new TenantStore(null, _version), _version);
        _sessions = new SessionStore(_keys, _version, s_limits);
    }

    [Fact]
    public void Session_EndsByIdleTimeAndByAge()
    {
        string idle = Begin("a");
        Assert.NotNull(Find(idle, NowMs + 999));
        Assert.Null(Find(idle, NowMs + 1999));
        string used = Begin("a");
        for (long time = NowMs; time < NowMs + 5000; time += 900) Assert.NotNull(Find(used, time));
        Assert.Null(Find(used, NowMs + 5000));
        Assert.Equal(0, _sessions.Count);
    }

    [Fact]
    public void Session_EndsWithTheKeyItWasMadeFrom()
    {
        _keys.Create("desk", Role.Reader, [], [], "", 0);
        string id = _keys.List()[0].Id;
        string value = _sessions.Begin(_keys.Find(id, NowMs)!.Principal, id, NowMs, out _)!;
        Assert.NotNull(Find(value, NowMs));
        _keys.Revoke(id);
        Assert.Null(Find(value, NowMs));
    }

    [Fact]
    public void Sessions_OfOneIdentity_PushOutItsOwnOldestOnly()
    {
        string other = Begin("other");
        string[] own = [.. Enumerable.Range(0, 5).Select(_ => Begin("own"))];
        Assert.NotNull(Find(other, NowMs));
        Assert.Equal(4, own.Count(value => Find(value, NowMs) is not null));
        Assert.Equal(5, own.Distinct().Count());
    }

    [Fact]
    public void Sessions_BeyondTheMost_AreRefusedUntilSomeEnd()
    {
        for (int i = 0; i < 10; i++) Begin($"user{i}");
        Assert.Null(_sessions.Begin(PrincipalOf("late"), null, NowMs, out _));
        Assert.NotNull(_sessions.Begin(PrincipalOf("late"), null, NowMs + 1000, out _));
        Assert.Equal(1, _sessions.Count);
    }

    [Fact]
    public void End_MakesRememberedIdentitiesVoid()
    {
        string value = Begin("a");
        long version = _version.Current;
        Session session = Find(value, NowMs)!;
        _sessions.End(session);
        Assert.True(_version.Current > version);
        Assert.False(session.TryUse(NowMs));
        Assert.Null(Find(value, NowMs));
    }

    private string Begin(string subject) => _sessions.Begin(PrincipalOf(subject), null, NowMs, out _)!;

    private Session? Find(string value, long nowMs) => _sessions.Find(TokenHash.Of(Encoding.ASCII.GetBytes(value)), nowMs, out _);

    private Principal PrincipalOf(string subject) =>
        Principal.Create(subject, Role.Reader, [], [], "", new TenantStore(null, _version), "jwt", NowMs + 100_000);
}
