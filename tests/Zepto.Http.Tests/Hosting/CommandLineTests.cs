using Zepto.Http.Hosting;
using Zepto.Storage;

namespace Zepto.Http.Tests.Hosting;

public sealed class CommandLineTests
{
    [Fact]
    public void Read_NoArguments_GivesTheDefaults()
    {
        CommandLineResult result = Read([]);
        Assert.Equal(CommandLineAction.Run, result.Action);
        Assert.Equal(new ServerOptions(), result.Options);
        Assert.Equal((8123, "127.0.0.1", "./zepto-data", Durability.Async, LogFormat.Text, 64, 32, 10_000, true),
            (result.Options.Port, result.Options.Bind, result.Options.DataDir, result.Options.Durability, result.Options.LogFormat, result.Options.MaxBodyMb,
                result.Options.MaxHeaderKb, result.Options.MaxConnections, result.Options.Pin));
    }

    [Fact]
    public void Read_EveryOption_IsTaken()
    {
        ServerOptions options = Read(
        [
            "--port", "0", "--bind=0.0.0.0", "--allow-insecure", "--data-dir", "d", "--in-memory", "--durability", "sync", "--recover", "--demo", "--query-timeout-ms", "1",
            "--max-query-memory-mb", "2", "--max-result-rows", "3", "--max-concurrent-queries", "4", "--max-body-mb", "5", "--max-header-kb", "6",
            "--max-connections", "7", "--header-timeout-ms", "8", "--body-timeout-ms", "9", "--idle-timeout-ms", "10", "--drain-timeout-ms", "11",
            "--io-threads", "12", "--query-threads", "13", "--no-pin", "--no-numa", "--log-format", "JSON", "--log-level", "warning",
        ]).Options;
        Assert.Equal(
            new ServerOptions
            {
                Port = 0, Bind = "0.0.0.0", AllowInsecure = true, DataDir = "d", InMemory = true, Durability = Durability.Sync, Recover = true, Demo = true,
                QueryTimeoutMs = 1, MaxQueryMemoryMb = 2, MaxResultRows = 3, MaxConcurrentQueries = 4, MaxBodyMb = 5, MaxHeaderKb = 6, MaxConnections = 7,
                HeaderTimeoutMs = 8, BodyTimeoutMs = 9, IdleTimeoutMs = 10, DrainTimeoutMs = 11, IoThreads = 12, QueryThreads = 13, Pin = false, Numa = false,
                LogFormat = LogFormat.Json, LogLevel = LogLevel.Warning,
            },
            options);
    }

    [Theory]
    [InlineData("--frob", "--frob")]
    [InlineData("--https-port 65536", "--https-port")]
    [InlineData("--auth maybe", "maybe")]
    [InlineData("--authenticate", "--authenticate")]
    [InlineData("--config x", "--config")]
    [InlineData("stray", "stray")]
    [InlineData("@file", "@file")]
    [InlineData("--port", "--port")]
    [InlineData("--port abc", "--port")]
    [InlineData("--port 65536", "--port")]
    [InlineData("--port -1", "--port")]
    [InlineData("--port 1 --port 2", "--port")]
    [InlineData("--max-body-mb 0", "--max-body-mb")]
    [InlineData("--log-format maybe", "--log-format")]
    [InlineData("--durability maybe", "--durability")]
    [InlineData("--log-format 1", "--log-format")]
    public void Read_BadArguments_AreRefusedByName(string arguments, string name)
    {
        CommandLineResult result = Read(arguments.Split(' '));
        Assert.Equal(CommandLineAction.Refuse, result.Action);
        Assert.Contains(name, result.Text);
        Assert.DoesNotContain("\n", result.Text);
    }

    [Fact]
    public void Read_TlsOptions_AreTaken()
    {
        ServerOptions options = Read(["--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a", "--https-port", "0"]).Options;
        Assert.Equal(new ServerOptions { TlsCert = "c", TlsKey = "k", TlsCa = "a", HttpsPort = 0 }, options);
        Assert.Null(Read([]).Options.HttpsPort);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("--auth", true)]
    [InlineData("--no-auth", false)]
    [InlineData("--tls-cert c --tls-key k", true)]
    [InlineData("--tls-cert c --tls-key k --https-port 0", true)]
    [InlineData("--tls-cert c --tls-key k --no-auth", false)]
    [InlineData("--tls-cert c --tls-key k --auth", true)]
    public void Read_Auth_IsOnWithTlsUnlessSwitchedOff(string arguments, bool isRequired) =>
        Assert.Equal(isRequired, Read(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Options.IsAuthRequired);

    [Theory]
    [InlineData("true", true)]
    [InlineData("off", false)]
    public void Read_AuthFromTheEnvironment_CountsAsSaid(string text, bool isRequired) =>
        Assert.Equal(isRequired, Read(["--tls-cert", "c", "--tls-key", "k"], new Dictionary<string, string> { ["ZEPTO_AUTH"] = text }).Options.IsAuthRequired);

    [Fact]
    public void Read_Environment_IsTakenWhereTheCommandLineIsSilent()
    {
        Dictionary<string, string> variables = new()
        {
            ["ZEPTO_PORT"] = "1", ["ZEPTO_IN_MEMORY"] = "1", ["ZEPTO_DATA_DIR"] = "from variable", ["ZEPTO_PIN"] = "off", ["ZEPTO_NUMA"] = "off", ["ZEPTO_LOG_FORMAT"] = "json",
        };
        ServerOptions options = Read(["--port", "2"], variables).Options;
        Assert.Equal((2, true, "from variable", false, false, LogFormat.Json),
            (options.Port, options.InMemory, options.DataDir, options.Pin, options.Numa, options.LogFormat));
    }

    [Theory]
    [InlineData("ZEPTO_PORT", "x")]
    [InlineData("ZEPTO_PORT", "70000")]
    [InlineData("ZEPTO_IN_MEMORY", "perhaps")]
    [InlineData("ZEPTO_DATA_DIR", "")]
    public void Read_BadVariable_IsRefusedByName(string name, string value)
    {
        CommandLineResult result = Read([], new Dictionary<string, string> { [name] = value });
        Assert.Equal(CommandLineAction.Refuse, result.Action);
        Assert.StartsWith(name, result.Text);
    }

    [Fact]
    public void Read_Help_NamesEveryOption()
    {
        CommandLineResult result = Read(["--help"]);
        Assert.Equal(CommandLineAction.Print, result.Action);
        foreach (string name in (string[])["--port", "--bind", "--data-dir", "--no-pin", "--version", "--drain-timeout-ms", "8123"]) Assert.Contains(name, result.Text);
    }

    [Fact]
    public void Read_Version_PrintsIt() => Assert.Equal((CommandLineAction.Print, "zepto_server 1.2.3\n"), (Read(["--version"]).Action, Read(["--version"]).Text));

    [Theory]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("localhost", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("0.0.0.0", true, true)]
    [InlineData("::", false, false)]
    [InlineData("*", false, false)]
    [InlineData("nonsense", true, false)]
    public void AddressComplaint_BeyondLoopback_NeedsConsent(string bind, bool isAllowed, bool isFine) =>
        Assert.Equal(isFine, ServerProgram.AddressComplaint(new ServerOptions { Bind = bind, AllowInsecure = isAllowed }) is null);

    [Theory]
    [InlineData(null, false, false)]
    [InlineData(true, false, true)]
    [InlineData(null, true, true)]
    [InlineData(false, true, true)]
    [InlineData(false, false, false)]
    public void AddressComplaint_BeyondLoopback_NeedsCredentialsOrTls(bool? isAuthRequired, bool hasTls, bool isFine) =>
        Assert.Equal(isFine, ServerProgram.AddressComplaint(new ServerOptions
        {
            Bind = "0.0.0.0", Auth = isAuthRequired, TlsCert = hasTls ? "c" : "", TlsKey = hasTls ? "k" : "",
        }) is null);

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void AddressComplaint_PortWithoutTlsBesideOneWith_NeedsCredentials(bool? isAuthRequired, bool isFine) =>
        Assert.Equal(isFine, ServerProgram.AddressComplaint(new ServerOptions
        {
            Bind = "0.0.0.0", Auth = isAuthRequired, TlsCert = "c", TlsKey = "k", HttpsPort = 0,
        }) is null);

    private static CommandLineResult Read(string[] arguments, Dictionary<string, string>? variables = null) =>
        CommandLine.Read(arguments, "1.2.3", name => variables?.GetValueOrDefault(name));
}
