using System.Text.RegularExpressions;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Documentation;

/// <summary>
/// What the pages show works: blocks fenced as <c>sql</c> and curl commands are run in their order on a server with the sample data, a new one
/// for each page, and must not give an error.
/// </summary>
public sealed partial class ExampleTests
{
    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Repository.Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md"))
            .Select(f => Path.GetRelativePath(Repository.Root, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Examples_RunWithoutError(string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n");
        var examples = SqlBlock().Matches(text).Select(m => (m.Index, Run: (Action<ServerProcess>)(s => s.Client.Run(m.Groups[1].Value))))
            .Concat(CommandLines.CurlCommands(text).Select(c => (Index: text.IndexOf(c, StringComparison.Ordinal), Run: (Action<ServerProcess>)(s => CommandLines.RunCurl(c, s.Address)))))
            .OrderBy(e => e.Index).ToArray();
        if (examples.Length == 0)
            return;
        using var server = ServerProcess.Start("--demo", "--in-memory");
        foreach (var (_, run) in examples)
            run(server);
    }

    [Fact]
    public void SqlPage_HasExamples()
    {
        var page = Path.Combine(Repository.Root, "docs", "sql.md");
        Assert.True(SqlBlock().Count(File.ReadAllText(page)) > 5, "docs/sql.md has lost its examples");
    }

    [GeneratedRegex(@"^```sql\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex SqlBlock();
}
