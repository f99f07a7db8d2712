using System.Text.Json;
using Zepto.Http.Hosting;

namespace Zepto.Http.Tests.Hosting;

public sealed class ServerLogTests
{
    [Fact]
    public void Write_Text_IsOneLine()
    {
        string line = Write(LogFormat.Text, LogLevel.Info);
        Assert.Matches("^[0-9T:.-]+Z warning two lines port=1 text=\"a b\"\n$", line.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Write_Json_IsOneObjectALine()
    {
        string line = Write(LogFormat.Json, LogLevel.Info);
        Assert.Single(line.TrimEnd().Split('\n'));
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.Equal("warning", json.RootElement.GetProperty("level").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("port").GetInt32());
        Assert.Equal("a b", json.RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public void Write_BelowTheLevel_IsLeftOut() => Assert.Equal("", Write(LogFormat.Text, LogLevel.Error));

    private static string Write(LogFormat format, LogLevel level)
    {
        using StringWriter output = new();
        new ServerLog(output, format, level).Write(LogLevel.Warning, "two\nlines", ("port", 1), ("text", "a b"));
        return output.ToString();
    }
}
