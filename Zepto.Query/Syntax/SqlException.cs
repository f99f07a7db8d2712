using Zepto.Query.Results;

namespace Zepto.Query.Syntax;

/// <summary>
/// A statement that cannot be parsed, bound or computed: the caller's mistake or a limit. Thrown on cold paths only and turned into the
/// execution's error by the engine; the message is one line, ready to be shown.
/// </summary>
public class SqlException(StatementErrorKind kind, string message) : Exception(message)
{
    /// <summary>What kind of mistake.</summary>
    public StatementErrorKind Kind { get; } = kind;

    /// <summary>A parse error with the dialect's prefix and the 1-based character position.</summary>
    public static SqlException Parse(string what, int position) =>
        new(StatementErrorKind.Syntax, $"Parse error: {what} at position {position}");

    /// <summary>A value or expression of the wrong type at a 1-based character position.</summary>
    public static SqlException Type(string what, int position) =>
        new(StatementErrorKind.TypeMismatch, $"Type error: {what} at position {position}");

    /// <summary>A value that cannot be computed or stored.</summary>
    public static SqlException Value(string what) => new(StatementErrorKind.BadValue, what);

    /// <summary>Legal, but not run by this server.</summary>
    public static SqlException Unsupported(string what) => new(StatementErrorKind.NotSupported, what);
}
