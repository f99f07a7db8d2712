namespace Zepto.Http.Hosting.Configuration;

/// <summary>Shows texts of people in error messages: on one line, not endless.</summary>
internal static class QuotedText
{
    private const int MaxChars = 80;

    /// <summary>The text in single quotes.</summary>
    public static string Of(string text) => $"'{OneLine(text)}'";

    /// <summary>The text without control characters, cut when it is long.</summary>
    public static string OneLine(string text)
    {
        string shown = text.Length <= MaxChars ? text : text[..MaxChars] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));
    }
}
