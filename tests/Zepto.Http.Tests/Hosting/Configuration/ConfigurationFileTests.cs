using System.Text;
using Zepto.Http.Hosting;
using Zepto.Http.Hosting.Configuration;
using Zepto.Storage;

namespace Zepto.Http.Tests.Hosting.Configuration;

public sealed class ConfigurationFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zepto").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Parse_KeysOfEveryKind_SetTheOptions()
    {
        ServerOptions options = OptionsOf("""
            # A comment
            port: 0
            data-dir: /var/lib/zepto   # not part of the value
            "bind": '::1'
            pin: false
            numa: off
            in-memory: true
            durability: SYNC
            log-format: "json"
            query-timeout-ms: 5
            audit-log: "a # \"b\": c"
            jwt-issuer: 2024
            """);
        Assert.Equal(
            new ServerOptions
            {
                Port = 0, DataDir = "/var/lib/zepto", Bind = "::1", Pin = false, Numa = false, InMemory = true, Durability = Durability.Sync, LogFormat = LogFormat.Json,
                QueryTimeoutMs = 5, AuditLog = "a # \"b\": c", JwtIssuer = "2024",
            },
            options);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# nothing")]
    [InlineData("---")]
    [InlineData("---\n...\n")]
    [InlineData("{}")]
    public void Parse_NothingIn_SetsNothing(string text) => Assert.Empty(ConfigurationFile.Parse("f", text));

    [Fact]
    public void Parse_FlowForm_IsTheSame() => Assert.Equal(new ServerOptions { Port = 1, Demo = true }, OptionsOf("{port: 1, demo: true}"));

    [Theory]
    [InlineData("port: 1\nprot: 2", "f:2: key 'prot' is not known, did you mean 'port'?")]
    [InlineData("data_dir: x", "f:1: key 'data_dir' is not known, did you mean 'data-dir'?")]
    [InlineData("--port: 1", "f:1: key '--port' is not known")]
    [InlineData("max-bdoy-mb: 1", "f:1: key 'max-bdoy-mb' is not known, did you mean 'max-body-mb'?")]
    [InlineData("frobnicate: 1", "f:1: key 'frobnicate' is not known")]
    [InlineData("? \"a\\nb\"\n: 1", "f:1: key 'a b' is not known")]
    [InlineData("no-pin: true", "f:1: key 'no-pin' is not known, write 'pin: false'")]
    [InlineData("gen-key: true", "f:1: key 'gen-key' is for the command line only")]
    [InlineData("role: admin", "f:1: key 'role' is for the command line only")]
    [InlineData("config: other", "f:1: key 'config' is for the command line only")]
    [InlineData("version: 1", "f:1: key 'version' is for the command line only")]
    [InlineData("\nport: 1\n\nport: 1", "f:4: key 'port' stands here a second time")]
    [InlineData("port: abc", "f:1: key 'port': 'abc' is not a whole number")]
    [InlineData("port: 1.5", "f:1: key 'port': '1.5' is not a whole number")]
    [InlineData("port: 0x10", "f:1: key 'port': '0x10' is not a whole number")]
    [InlineData("port: 99999999999999999999", "f:1: key 'port': '99999999999999999999' is not a whole number")]
    [InlineData("port: 65536", "f:1: key 'port': 65536 is not between 0 and 65535")]
    [InlineData("port: -1", "f:1: key 'port': -1 is not between 0 and 65535")]
    [InlineData("query-timeout-ms: 0", "f:1: key 'query-timeout-ms': 0 is too small, the least is 1")]
    [InlineData("checkpoint-interval-ms: 2147483648", "f:1: key 'checkpoint-interval-ms': 2147483648 is not between 1 and 2147483647")]
    [InlineData("port: \"1\"", "f:1: key 'port': '1' is a text because of its quotes, write it without them")]
    [InlineData("pin: 'true'", "f:1: key 'pin': 'true' is a text because of its quotes, write it without them")]
    [InlineData("pin: maybe", "f:1: key 'pin': 'maybe' is neither true nor false")]
    [InlineData("durability: fast", "f:1: key 'durability': 'fast' is none of sync, async, off")]
    [InlineData("data-dir:", "f:1: key 'data-dir' has no value")]
    [InlineData("data-dir: ~", "f:1: key 'data-dir' has no value")]
    [InlineData("port: null", "f:1: key 'port' has no value")]
    [InlineData("data-dir: ''", "f:1: key 'data-dir': must not be empty")]
    [InlineData("data-dir: \"a\\0b\"", "f:1: key 'data-dir': 'a b' has control characters")]
    [InlineData("data-dir: |\n  a\n", "f:1: key 'data-dir': 'a ' has control characters")]
    [InlineData("data-dir:\n  nested: x", "f:2: key 'data-dir' takes one value, not several")]
    [InlineData("port: [1]", "f:1: key 'port' takes one value, not several")]
    [InlineData("- port: 1", "f:1: must be lines of 'key: value'")]
    [InlineData("port", "f:1: must be lines of 'key: value'")]
    [InlineData("[a]: 1", "f:1: a key must be the name of an option")]
    [InlineData("port: &a 1", "f:1: key 'port': anchors are not allowed")]
    [InlineData("&a port: 1", "f:1: key 'port': anchors are not allowed")]
    [InlineData("&a\nport: 1", "f:1: the file: anchors are not allowed")]
    [InlineData("data-dir: &a x\naudit-log: *a", "f:1: key 'data-dir': anchors are not allowed")]
    [InlineData("port: !!int 1", "f:1: key 'port': tags are not allowed")]
    [InlineData("port: 1\n---\nport: 2", "f:2: a second document is not allowed")]
    public void Parse_WhatDoesNotBelongThere_IsRefusedWithItsLine(string text, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("f", text)).Message);

    [Theory]
    [InlineData("port: 1\n\tdemo: true")]
    [InlineData("port: \"1")]
    [InlineData("port: 1 : 2")]
    [InlineData("port: 1\n  demo: true")]
    [InlineData("port: *missing")]
    [InlineData("{port: 1")]
    [InlineData("port: @")]
    [InlineData("%YAML 9.9\n---\nport: 1")]
    [InlineData("port: !undeclared!x 1")]
    [InlineData("\0")]
    [InlineData("port: 1\n\0prot: 2")]
    [InlineData("data-dir: \"\\ud800\"")]
    public void Parse_Malformed_IsRefusedOnOneLine(string text)
    {
        string message = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("f", text)).Message;
        Assert.Matches("^f:[0-9]+: .+$", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Parse_RandomTexts_AreReadOrRefused()
    {
        const int seed = 4711;
        Random random = new(seed);
        const string letters = "port: 1\n-[]{}&*!|>'\"%@`#,?~\t \0é\\data-dir";
        for (int round = 0; round < 5_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => letters[random.Next(letters.Length)]));
            Exception? exception = Record.Exception(() => ConfigurationFile.Parse("f", text));
            Assert.True(exception is null or ConfigurationException, $"seed {seed}, round {round}, '{text}': {exception}");
        }
    }

    [Fact]
    public void Parse_DeepNesting_IsRefusedAtItsFirstLevel()
    {
        string message = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("f", "port: " + new string('[', 500_000))).Message;
        Assert.Equal("f:1: key 'port' takes one value, not several", message);
    }

    [Fact]
    public void Read_File_NamesItAsTheOrigin()
    {
        string path = Write("\uFEFFport: 1\npin: false\n"u8.ToArray());
        IReadOnlyDictionary<OptionEntry, Setting> settings = ConfigurationFile.Read(path);
        Assert.Equal([$"file {path}:1", $"file {path}:2"], settings.Values.Select(setting => setting.Origin));
        Assert.Equal([1, false], settings.Values.Select(setting => setting.Value));
    }

    [Fact]
    public void Read_FileOfTheLargestSize_IsReadAndOneByteMoreIsNot()
    {
        byte[] largest = Encoding.ASCII.GetBytes("port: 1\n#".PadRight(1 << 20));
        Assert.Single(ConfigurationFile.Read(Write(largest)));
        AssertUnreadable(Write([.. largest, (byte)' ']), "larger than 1048576 bytes");
        if (OperatingSystem.IsLinux()) AssertUnreadable("/dev/zero", "larger than 1048576 bytes");
    }

    [Fact]
    public void Read_WhatIsNoTextFile_IsRefused()
    {
        AssertUnreadable(Path.Combine(_directory, "missing"), "missing");
        AssertUnreadable(_directory, "denied");
        AssertUnreadable(Write([0xFF, 0xFE, (byte)'a', 0]), "not UTF-8");
    }

    private static void AssertUnreadable(string path, string text)
    {
        string message = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read(path)).Message;
        Assert.StartsWith("cannot read '", message);
        Assert.Contains(text, message);
        Assert.DoesNotContain('\n', message);
    }

    private static ServerOptions OptionsOf(string text)
    {
        ServerOptions options = new();
        foreach (Setting setting in ConfigurationFile.Parse("f", text).Values) setting.Option.Set(options, setting.Value!);
        return options;
    }

    private string Write(byte[] content)
    {
        string path = Path.Combine(_directory, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return path;
    }
}
