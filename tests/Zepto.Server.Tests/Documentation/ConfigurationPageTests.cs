using System.Text.RegularExpressions;
using Zepto.Http.Hosting;
using Zepto.Http.Hosting.Configuration;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Documentation;

/// <summary>docs/configuration.md says of every option what the option itself says, and its examples are files that the server reads.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Tables_HaveEveryOptionAsItIs()
    {
        var expected = OptionTable.All.Select(RowOf).ToArray();
        var found = Page.Split('\n').Where(l => OptionRow().IsMatch(l)).ToArray();
        var missing = expected.Except(found).ToArray();
        var strange = found.Except(expected).ToArray();
        Assert.True(missing.Length + strange.Length == 0,
            $"docs/configuration.md lacks these lines:\n{string.Join('\n', missing)}\nand should not have these:\n{string.Join('\n', strange)}");
        Assert.Equal(expected.Length, found.Length);
    }

    [Theory]
    [InlineData("--config FILE")]
    [InlineData("--print-config")]
    [InlineData("--version")]
    [InlineData("--help")]
    public void Page_HasWhatOnlyTheCommandLineKnows(string option)
    {
        Assert.Contains($"| `{option}` |", Page, StringComparison.Ordinal);
        Assert.Contains(option.Split(' ')[0], CommandLine.Read(["--help"], "1.2.3", _ => null).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_AreReadByTheServer()
    {
        var examples = YamlBlock().Matches(Page).Select(m => ConfigurationFile.Parse("example", m.Groups[1].Value)).ToArray();
        Assert.NotEmpty(examples);
        Assert.True(examples.Max(e => e.Count) > 20, "the full example is no longer full");
    }

    private static string RowOf(OptionEntry option)
    {
        var name = option.Negation is null ? $"`{option.Name}`" : $"`{option.Name}`, `{option.Negation}`";
        var key = option.IsOnceOnly ? "" : $"`{option.Key}` ";
        var unit = option.Key.EndsWith("-ms", StringComparison.Ordinal) ? " ms"
            : option.Key.EndsWith("-mb", StringComparison.Ordinal) ? " MiB"
            : option.Key.EndsWith("-kb", StringComparison.Ordinal) ? " KiB" : "";
        var values = option.IsFlag ? "true, false"
            : option.Words.Count > 0 ? string.Join(", ", option.Words)
            : option.IsText ? "text"
            : option.HasMax ? $"{option.Min} to {option.Max}{unit}" : $"from {option.Min}{unit}";
        var standard = option.Default is null ? "" : OptionEntry.TextOf(option.Default) + " ";
        return $"| {name} | {key}| `{option.Variable}` | {standard}| {values} | {option.Description} |";
    }

    [GeneratedRegex("^\\| `--[a-z0-9-]+`(, `--[a-z0-9-]+`)? \\| (`[a-z0-9-]+` )?\\| `ZEPTO_")]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
