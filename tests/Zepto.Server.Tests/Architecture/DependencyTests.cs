using System.Reflection;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Architecture;

/// <summary>Projects use each other one way: Http → Query → Storage → Native.</summary>
public class DependencyTests
{
    private static readonly string[] Layers = ["Zepto.Native", "Zepto.Storage", "Zepto.Query", "zepto_server"];

    public static TheoryData<string> AllLayers => [.. Layers];

    [Theory]
    [MemberData(nameof(AllLayers))]
    public void Assembly_ReferencesOnlyLayersBelowIt(string name)
    {
        var allowed = Layers[..Array.IndexOf(Layers, name)];
        var used = Load(name).GetReferencedAssemblies().Select(r => r.Name!).Where(r => Layers.Contains(r));
        Assert.All(used, r => Assert.Contains(r, allowed));
    }

    [Theory]
    [MemberData(nameof(AllLayers))]
    public void Namespaces_BelongToTheirAssembly(string name)
    {
        var root = name == "zepto_server" ? "Zepto.Http" : name;
        var strangers = Load(name).GetTypes()
            .Where(t => t.Namespace is { } space && space.StartsWith("Zepto", StringComparison.Ordinal) && space != root
                && !space.StartsWith(root + ".", StringComparison.Ordinal));
        Assert.Empty(strangers);
    }

    // A project reference that no code uses is not in the assembly, so the project files are read too.
    [Theory]
    [InlineData("Zepto.Native", new string[0])]
    [InlineData("Zepto.Storage", new[] { "Zepto.Native" })]
    [InlineData("Zepto.Query", new[] { "Zepto.Native", "Zepto.Storage" })]
    [InlineData("Zepto.Http", new[] { "Zepto.Native", "Zepto.Query", "Zepto.Storage" })]
    public void ProjectFile_ReferencesOnlyLayersBelowIt(string project, string[] expected)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, project, project + ".csproj"));
        var references = Layers.Select(l => l == "zepto_server" ? "Zepto.Http" : l).Where(l => text.Contains($"\\{l}.csproj", StringComparison.Ordinal));
        Assert.Equal(expected, references.Order(StringComparer.Ordinal));
    }

    private static Assembly Load(string name) => Assembly.Load(name);
}
