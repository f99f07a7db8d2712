using System.Text;
using Zepto.Native.Memory;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Query.Syntax;
using Zepto.Storage;

namespace Zepto.Query.Engine;

/// <summary>What the client of a statement is told of an exception.</summary>
internal static class StatementFailure
{
    private const int LongestErrorChars = 1000;

    /// <summary>The kind, and one line of UTF-8.</summary>
    public static (StatementErrorKind Kind, byte[] Text) Of(Exception exception) => exception switch
    {
        SqlException error => Of(error),
        ArenaLimitException limit => Of(StatementErrorKind.MemoryLimit, $"The statement needs more than the {limit.LimitBytes >> 20} MB of memory one statement may use (--max-query-memory-mb)"),
        StorageException error => Of(StorageErrors.ToSql(error)),
        OutOfMemoryException => Of(StatementErrorKind.MemoryLimit, "The server has no memory left for this statement"),
        _ => Of(StatementErrorKind.Internal, "Internal error"),
    };

    private static (StatementErrorKind Kind, byte[] Text) Of(SqlException error) => Of(error.Kind, error.Message);

    private static (StatementErrorKind Kind, byte[] Text) Of(StatementErrorKind kind, string message) => (kind, Encoding.UTF8.GetBytes(OneLine(message)));

    // Messages quote what the client wrote, which may have line ends and be of any length.
    private static string OneLine(string message)
    {
        var length = Math.Min(message.Length, LongestErrorChars);
        return string.Create(length, message, static (line, text) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = char.IsControl(text[i]) ? ' ' : text[i];
            if (text.Length > line.Length)
                line[^1] = '…';
        });
    }
}
