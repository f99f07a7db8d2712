using System.Net;
using System.Net.Sockets;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Errors;

/// <summary>Starts that cannot work: the exit code says which kind, and one line on stderr says why.</summary>
public sealed class StartRefusalTests
{
    private const int VersionOffset = 4;

    [Theory]
    [InlineData("--frobnicate", "--frobnicate")]
    [InlineData("--port 70000", "--port")]
    [InlineData("--port x", "--port")]
    [InlineData("--log-format maybe", "--log-format")]
    [InlineData("--bind nowhere", "--bind")]
    [InlineData("--bind 0.0.0.0", "--allow-insecure")]
    [InlineData("stray", "stray")]
    public void BadArguments_ExitWith2(string arguments, string name)
    {
        var (exitCode, output, errors) = ServerProcess.RunToEnd(arguments.Split(' '));
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains(name, OneLine(errors));
    }

    [Fact]
    public void ConfigurationFileWithAMistake_ExitsWith2AndNamesTheLine()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["zepto.yaml"], "in-memory: true\nprot: 0\n");
        var (exitCode, output, errors) = ServerProcess.RunToEnd("--config", directory["zepto.yaml"]);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Equal($"zepto_server: --config: {directory["zepto.yaml"]}:2: key 'prot' is not known, did you mean 'port'?", OneLine(errors));
    }

    [Fact]
    public void PortInUse_ExitsWith3()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var (exitCode, _, errors) = ServerProcess.RunToEnd("--in-memory", "--port", $"{port}");
        Assert.Equal(3, exitCode);
        Assert.Contains($"{port}", OneLine(errors));
    }

    [Fact]
    public void DataDirectoryBelowAFile_ExitsWith4()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["file"], "");
        AssertRefused(Path.Combine(directory["file"], "data"), directory["file"]);
    }

    [Fact]
    public void DataDirectoryThatIsAFile_ExitsWith4()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["file"], "text");
        AssertRefused(directory["file"], directory["file"]);
        Assert.Equal("text", File.ReadAllText(directory["file"]));
    }

    [Fact]
    public void LockedDataDirectory_ExitsWith4()
    {
        using var directory = new TemporaryDirectory();
        using var first = ServerProcess.Start("--data-dir", directory["data"]);
        AssertRefused(directory["data"], $"{first.Id}");
        Assert.Equal(0L, first.Client.Scalar("SELECT count(*) FROM trades"));
        Assert.Equal(0, first.Stop());
        using var next = ServerProcess.Start("--data-dir", directory["data"]);
    }

    [Fact]
    public void OtherFormatVersion_ExitsWith4AndChangesNothing()
    {
        using var directory = new TemporaryDirectory();
        MakeDatabase(directory["data"]);
        var manifest = Path.Combine(directory["data"], "MANIFEST");
        var bytes = File.ReadAllBytes(manifest);
        bytes[VersionOffset] += 41;
        File.WriteAllBytes(manifest, bytes);
        AssertRefused(directory["data"], $"version {bytes[VersionOffset]}");
        Assert.Equal(bytes, File.ReadAllBytes(manifest));

        bytes[VersionOffset] -= 41;
        File.WriteAllBytes(manifest, bytes);
        using var server = ServerProcess.Start("--data-dir", directory["data"]);
        Assert.Equal(1L, server.Client.Scalar("SELECT count(*) FROM trades"));
    }

    [Fact]
    public void DamagedFiles_ExitWith4()
    {
        using var directory = new TemporaryDirectory();
        MakeDatabase(directory["data"]);
        var manifest = Path.Combine(directory["data"], "MANIFEST");
        var bytes = File.ReadAllBytes(manifest);
        foreach (var damaged in (byte[][])[[], bytes[..10], [.. bytes[..^1], (byte)~bytes[^1]], [.. bytes, 0]])
        {
            File.WriteAllBytes(manifest, damaged);
            AssertRefused(directory["data"], "MANIFEST");
        }
    }

    [Theory]
    [InlineData("--help", "--data-dir")]
    [InlineData("--version", "zepto_server ")]
    [InlineData("--print-config", "\nport: 8123 ")]
    public void Information_ExitsWith0(string argument, string text)
    {
        var (exitCode, output, errors) = ServerProcess.RunToEnd(argument);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains(text, output);
    }

    private static void MakeDatabase(string path)
    {
        using var server = ServerProcess.Start("--data-dir", path);
        server.Client.Run("INSERT INTO trades VALUES ('AAPL', 1, 2, 3)");
        Assert.Equal(0, server.Stop());
    }

    private static void AssertRefused(string dataDirectory, string text)
    {
        var (exitCode, output, errors) = ServerProcess.RunToEnd("--port", "0", "--data-dir", dataDirectory);
        Assert.True(exitCode == 4, $"exit code {exitCode}: {errors}");
        Assert.Equal("", output);
        var line = OneLine(errors);
        Assert.Contains(text, line);
        Assert.Contains(dataDirectory, line);
    }

    private static string OneLine(string errors)
    {
        Assert.Equal(1, errors.Count(c => c == '\n'));
        Assert.DoesNotContain("Exception", errors);
        return errors.TrimEnd('\n');
    }
}
