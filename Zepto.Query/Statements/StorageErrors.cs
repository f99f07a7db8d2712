using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage;

namespace Zepto.Query.Statements;

/// <summary>What storage refuses, as the error of a statement.</summary>
internal static class StorageErrors
{
    public static SqlException ToSql(StorageException error) => new(KindOf(error.Kind), error.Message);

    private static StatementErrorKind KindOf(StorageErrorKind kind) => kind switch
    {
        StorageErrorKind.UnknownTable => StatementErrorKind.UnknownTable,
        StorageErrorKind.UnknownColumn => StatementErrorKind.UnknownColumn,
        StorageErrorKind.AlreadyExists => StatementErrorKind.AlreadyExists,
        StorageErrorKind.BadDefinition => StatementErrorKind.BadValue,
        StorageErrorKind.TooLarge => StatementErrorKind.MemoryLimit,
        StorageErrorKind.Overloaded => StatementErrorKind.Overloaded,
        _ => StatementErrorKind.Storage,
    };
}
