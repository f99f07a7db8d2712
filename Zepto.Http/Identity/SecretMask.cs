using System.Text;
using System.Text.RegularExpressions;

namespace Zepto.Http.Identity;

/// <summary>Takes secrets out of texts that are shown or logged: keys, tokens, and literals that stand where credentials stand.</summary>
public static partial class SecretMask
{
    private const int TimeoutMs = 1_000;

    /// <summary>The text without secrets and on one line.</summary>
    public static string Of(string text)
    {
        text = KeyPattern().Replace(text, "zepto_***");
        text = TokenPattern().Replace(text, "ey***");
        text = LiteralPattern().Replace(text, "$1'***'");
        return OneLine(text);
    }

    /// <summary>The text of bytes that may have been cut anywhere.</summary>
    public static string Of(ReadOnlySpan<byte> utf8) => Of(Encoding.UTF8.GetString(utf8));

    /// <summary>A URL without the user and password that it may hold; any other text as it is.</summary>
    public static string OfUrl(string text) => UserInfoPattern().Replace(text, "$1***@");

    // Control characters, and the separators that some readers take for line ends.
    private static string OneLine(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1F') && !text.AsSpan().ContainsAny("\x7F\x85\u2028\u2029")) return text;
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++) line[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        });
    }

    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]*://)[^/?#]*@", RegexOptions.CultureInvariant, TimeoutMs)]
    private static partial Regex UserInfoPattern();

    // Also one that was cut short.
    [GeneratedRegex("zepto_[0-9a-fA-F]{4,}", RegexOptions.CultureInvariant, TimeoutMs)]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"\bey[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}", RegexOptions.CultureInvariant, TimeoutMs)]
    private static partial Regex TokenPattern();

    // password = '…', IDENTIFIED BY '…', secret: "…"; the literal may have been cut off before its end.
    [GeneratedRegex("""((?:password|passwd|pwd|secret|token|credential|api_?key|access_?key|identified(?:\s+with\s+\w+)?\s+by)\s*(?:=|:|,|\()?\s*)(?:'(?:[^'\\]|\\.|'')*(?:'|\\?$)|"(?:[^"\\]|\\.)*(?:"|\\?$))""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeoutMs)]
    private static partial Regex LiteralPattern();
}
