using System.Reflection;

namespace Zepto.Http.Hosting.Configuration;

/// <summary>All options of the server, made from the attributes of <see cref="ServerOptions"/>, in the order they stand there.</summary>
public static class OptionTable
{
    private static readonly Dictionary<string, OptionEntry> s_byKey = [];

    static OptionTable()
    {
        ServerOptions defaults = new();
        List<OptionEntry> entries = [];
        foreach (PropertyInfo property in typeof(ServerOptions).GetProperties())
        {
            if (property.GetCustomAttribute<OptionAttribute>() is { } attribute) entries.Add(new OptionEntry(property, attribute, defaults));
        }
        foreach (OptionEntry entry in entries) s_byKey.Add(entry.Key, entry);
        All = entries;
    }

    public static IReadOnlyList<OptionEntry> All { get; }

    /// <summary>The option of a key of the configuration file; null when there is none.</summary>
    public static OptionEntry? Find(string key) => s_byKey.GetValueOrDefault(key);

    /// <summary>The key that was probably meant; null when none is close.</summary>
    public static string? Nearest(string key) => NearestName.Of(key, All.Where(entry => !entry.IsOnceOnly).Select(entry => entry.Key));
}
