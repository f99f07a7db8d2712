using System.Text;
using Zepto.Http.Identity;

namespace Zepto.Http.Hosting.Configuration;

/// <summary>Writes settings as a configuration file that gives the same settings again, each with who set it.</summary>
public static class PrintedConfiguration
{
    private const int CommentColumn = 48;

    /// <summary>The whole file. Names and passwords in URLs are masked, the one thing that is not read back as it was.</summary>
    public static string Of(IEnumerable<Setting> settings, string version)
    {
        StringBuilder text = new($"# Effective configuration of zepto_server {version}; --config reads it back.\n");
        foreach (Setting setting in settings)
        {
            if (setting.Option.IsOnceOnly) continue;
            string line = setting.Value is { } value ? $"{setting.Option.Key}: {ScalarOf(setting.Option, value)}" : $"# {setting.Option.Key}: not set";
            text.Append(line.PadRight(CommentColumn)).Append(" # ").Append(setting.Origin.ReplaceLineEndings(" ")).Append('\n');
        }
        return text.ToString();
    }

    private static string ScalarOf(OptionEntry option, object value)
    {
        string text = OptionEntry.TextOf(value);
        return option.IsText ? Quoted(SecretMask.OfUrl(text)) : text;
    }

    // Control characters are in no value; the two separators would be line ends to YAML.
    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\u2028", "\\L").Replace("\u2029", "\\P").Replace("\uFEFF", "\\uFEFF")}\"";
}
