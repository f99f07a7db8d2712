using System.Text;
using System.Text.Json;
using Zepto.Http.Identity;

namespace Zepto.Http.Tests.Identity;

public sealed class AuditLogTests
{
    private static readonly string s_key = "zepto_" + new string('a', 64);

    [Fact]
    public void Ring_KeepsTheNewestInOrder()
    {
        AuditLog audit = new();
        for (int i = 0; i < AuditLog.Capacity + 5; i++) audit.Record(Principal.Anonymous, "query", Encoding.ASCII.GetBytes($"{i}"), "10.0.0.1");
        Assert.Equal(["10003", "10004"], audit.Newest(2).Select(e => e.Detail));
        IReadOnlyList<AuditEvent> all = audit.Newest(int.MaxValue);
        Assert.Equal(AuditLog.Capacity, all.Count);
        Assert.Equal("5", all[0].Detail);
        Assert.Equal(("anonymous", "admin", "query", "10.0.0.1"), (all[0].Subject, all[0].Role, all[0].Action, all[0].From));
        Assert.Empty(audit.Newest(0));
    }

    [Fact]
    public void Record_AllocatesNothing()
    {
        AuditLog audit = new();
        byte[] detail = Encoding.ASCII.GetBytes(new string('x', 2000));
        Allocations.AssertNone(() => audit.Record(Principal.Anonymous, "query", detail, "10.0.0.1"));
        Assert.Equal(AuditLog.MaxDetailBytes, audit.Newest(1)[0].Detail.Length);
    }

    [Fact]
    public void File_HasOneLineOfJsonForEachEvent()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("zepto-test-").FullName, "audit");
        using (AuditFile file = new(path, reason => Assert.Fail(reason)))
        {
            AuditLog audit = new(file);
            audit.Record(null, "unauthorized", "GET /x\r\n{\"ts\":1}\u2028\u0085"u8, "10.0.0.1\n");
            audit.Record(Principal.Anonymous, "query", Encoding.ASCII.GetBytes($"SELECT '{s_key}'"), "10.0.0.1");
        }
        string[] lines = File.ReadAllText(path).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("", lines[2]);
        Assert.Equal("unauthorized", JsonDocument.Parse(lines[0]).RootElement.GetProperty("action").GetString());
        Assert.Equal("SELECT 'zepto_***'", JsonDocument.Parse(lines[1]).RootElement.GetProperty("detail").GetString());
        Assert.All(File.ReadAllBytes(path), b => Assert.True(b is (byte)'\n' or (>= 32 and < 127)));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    public static TheoryData<string, string> Secrets => new()
    {
        { $"SELECT 1 -- {s_key}", "SELECT 1 -- zepto_***" },
        { $"{s_key[..20]}", "zepto_***" },
        { "SELECT 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'", "SELECT 'ey***'" },
        { "CREATE USER u IDENTIFIED BY 'hunter2'", "CREATE USER u IDENTIFIED BY '***'" },
        { "CREATE USER u IDENTIFIED WITH sha256_password BY 'it''s'", "CREATE USER u IDENTIFIED WITH sha256_password BY '***'" },
        { "SELECT * FROM t WHERE password = 'a\\'b' AND x = 'y'", "SELECT * FROM t WHERE password = '***' AND x = 'y'" },
        { "SET api_key = \"k\"", "SET api_key = '***'" },
        { "WHERE secret='cut of", "WHERE secret='***'" },
        { "two\r\nlines\u2028three", "two  lines three" },
        { "SELECT symbol, 'plain' FROM trades", "SELECT symbol, 'plain' FROM trades" },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public void Mask_TakesSecretsOut(string text, string masked) => Assert.Equal(masked, SecretMask.Of(text));
}
