using System.Text;
using Zepto.Http.Identity;

namespace Zepto.Http.Tests.Identity;

public sealed class KeyStoreTests : IDisposable
{
    private const long NowMs = 1_800_000_000_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("zepto-test-").FullName;

    private string FilePath => Path.Combine(_directory, "data", KeyStore.FileName);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Create_StoresTheHashOnlyInAFileOfTheOwner()
    {
        KeyStore keys = Open();
        string secret = keys.Create("desk", Role.Writer, ["AAPL"], ["trades"], "", 0)!;
        Assert.Matches("^zepto_[0-9a-f]{64}$", secret);
        ApiKey key = Assert.Single(keys.List());
        Assert.Matches("^ak_[a-z0-9]{8}$", key.Id);
        string stored = File.ReadAllText(FilePath);
        Assert.DoesNotContain(secret[6..], stored, StringComparison.Ordinal);
        Assert.Contains(ApiKey.HashOf(secret), stored, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.False(File.Exists(FilePath + ".tmp"));
    }

    [Fact]
    public void Find_FollowsEveryChange()
    {
        KeyStore keys = Open();
        string secret = keys.Create("desk", Role.Reader, [], [], "", 0)!;
        TokenHash hash = HashOf(secret);
        string id = keys.List()[0].Id;
        Assert.Equal(id, keys.Find(hash, NowMs)!.Principal.Subject);
        Assert.Null(keys.Find(HashOf(secret + "0"), NowMs));
        Assert.True(keys.Update(id, key => key with { Enabled = false }));
        Assert.Null(keys.Find(hash, NowMs));
        Assert.True(keys.Update(id, key => key with { Enabled = true, ExpiresAtNs = NowMs * 1_000_000 }));
        Assert.Null(keys.Find(hash, NowMs));
        Assert.NotNull(keys.Find(hash, NowMs - 1));
        Assert.True(keys.Update(id, key => key with { ExpiresAtNs = 0, AllowedTables = ["trades"] }));
        Assert.True(keys.Find(hash, NowMs)!.Principal.Access.LimitsTables);
        Assert.True(keys.Revoke(id));
        Assert.Null(keys.Find(hash, NowMs));
        Assert.False(keys.Revoke(id));
        Assert.False(keys.Update(id, key => key));
    }

    [Fact]
    public void Stores_OfTwoProcesses_LoseNoChangeOfTheOther()
    {
        KeyStore first = Open();
        KeyStore second = Open();
        string one = first.Create("one", Role.Reader, [], [], "", 0)!;
        string two = second.Create("two", Role.Reader, [], [], "", 0)!;
        string three = first.Create("three", Role.Reader, [], [], "", 0)!;
        second.ReloadIfChanged();
        foreach (KeyStore store in new[] { first, second, Open() })
        {
            foreach (string secret in new[] { one, two, three }) Assert.NotNull(store.Find(HashOf(secret), NowMs));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":2,"keys":[]}""")]
    [InlineData("""{"version":1,"keys":[{"id":"ak_1"}]}""")]
    [InlineData("""{"version":1,"keys":[{"id":"ak_1","name":"n","role":"root","hash":"","enabled":true,"created_at_ns":0,"last_used_ns":0,"expires_at_ns":0,"tenant_id":"","allowed_symbols":[],"allowed_tables":[]}]}""")]
    [InlineData("""{"version":1,"keys":[{"id":"ak_1","name":"n","role":"admin","hash":"12","enabled":true,"created_at_ns":0,"last_used_ns":0,"expires_at_ns":0,"tenant_id":"","allowed_symbols":[],"allowed_tables":[]}]}""")]
    public void Open_DamagedFile_IsRefusedByName(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, content);
        Assert.Contains(FilePath, Assert.Throws<InvalidDataException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_OfADamagedFile_KeepsTheKeysAndStoresNothing()
    {
        KeyStore keys = Open();
        string secret = keys.Create("desk", Role.Reader, [], [], "", 0)!;
        File.WriteAllText(FilePath, "damage");
        File.SetLastWriteTimeUtc(FilePath, DateTime.UtcNow.AddSeconds(5));
        Assert.Throws<InvalidDataException>(keys.ReloadIfChanged);
        Assert.NotNull(keys.Find(HashOf(secret), NowMs));
        Assert.Throws<InvalidDataException>(() => keys.Create("other", Role.Reader, [], [], "", 0));
        Assert.Equal("damage", File.ReadAllText(FilePath));
    }

    [Fact]
    public void Create_BeyondTheMost_IsRefused()
    {
        IdentityVersion version = new();
        KeyStore keys = new(null, new TenantStore(null, version), version);
        // One by one would publish ten thousand times ten thousand keys.
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        KeyDocument full = new(1, [.. Enumerable.Range(0, KeyStore.MostKeys).Select(i => new ApiKey(
            $"ak_{i}", "n", "reader", ApiKey.HashOf($"{i}"), true, 0, 0, 0, "", [], []))]);
        File.WriteAllBytes(FilePath, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(full, IdentityJson.Default.KeyDocument));
        keys = Open();
        Assert.Null(keys.Create("one more", Role.Admin, [], [], "", 0));
        Assert.Equal(KeyStore.MostKeys, keys.Count);
    }

    [Fact]
    public void Find_AllocatesNothing()
    {
        KeyStore keys = Open();
        byte[] secret = Encoding.ASCII.GetBytes(keys.Create("desk", Role.Reader, [], [], "", 0)!);
        Allocations.AssertNone(() =>
        {
            if (keys.Find(TokenHash.Of(secret), NowMs) is null) throw new InvalidOperationException();
        });
    }

    private static TokenHash HashOf(string secret) => TokenHash.Of(Encoding.ASCII.GetBytes(secret));

    private KeyStore Open()
    {
        IdentityVersion version = new();
        return new KeyStore(FilePath, new TenantStore(null, version), version);
    }
}
