namespace Zepto.Load;

/// <summary>Names as SQL wants them.</summary>
internal static class SqlNames
{
    /// <summary>A name in quotes, so that it may be a reserved word or hold any character.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";
}
