using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Schema;

namespace Zepto.Query.Engine;

/// <summary>One running BACKUP. It has no time limit, since its time is that of the copy; a killed one leaves no directory.</summary>
internal sealed class BackupRun(Database database, BackupStatement statement, byte[] formatName) : IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();

    /// <summary>Columns of its one row.</summary>
    public static ResultColumn[] Columns { get; } =
    [
        MetadataResult.Column("path"), MetadataResult.Column("tables", ColumnType.Int64), MetadataResult.Column("rows", ColumnType.Int64), MetadataResult.Column("bytes", ColumnType.Int64),
    ];

    /// <summary>Format that the statement asks for; empty where it does not.</summary>
    public byte[] FormatName { get; } = formatName;

    /// <summary>Makes the backup. Throws SqlException and StorageException, and there is none then.</summary>
    public async ValueTask<MetadataResult> RunAsync()
    {
        try
        {
            var backup = await database.BackupAsync(statement.Directory, _cancelled.Token).ConfigureAwait(false);
            var result = new MetadataResult(Columns);
            result.Add(backup.Path, (long)backup.Tables, backup.Rows, backup.Bytes);
            return result;
        }
        catch (OperationCanceledException)
        {
            throw new SqlException(StatementErrorKind.Cancelled, "Query cancelled");
        }
    }

    /// <summary>Gives it up, from any thread, also when it has ended.</summary>
    public void Cancel()
    {
        try
        {
            _cancelled.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    public void Dispose() => _cancelled.Dispose();
}
