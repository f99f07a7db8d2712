using Zepto.Query.Access;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Statements;

/// <summary>Runs the statements that show or change what tables there are, and those that are accepted without effect. Thread-safe.</summary>
internal sealed class SchemaStatements(Database database)
{
    /// <summary>Whether <see cref="RunReading"/> runs the statement, also with a FORMAT tail.</summary>
    public static bool IsReading(Statement statement) => statement switch
    {
        FormattedStatement formatted => IsReading(formatted.Inner),
        ShowTablesStatement or ShowDatabasesStatement or ShowCreateTableStatement or DescribeStatement or ExistsTableStatement => true,
        _ => false,
    };

    /// <summary>SHOW, DESCRIBE and EXISTS, as far as the caller sees tables. Throws SqlException.</summary>
    public MetadataResult RunReading(Statement statement, StatementAccess access) => statement switch
    {
        FormattedStatement formatted => RunReading(formatted.Inner, access),
        ShowTablesStatement => Names(database.Catalog.Tables.Select(t => t.Name).Where(access.Reaches).Order(StringComparer.Ordinal)),
        ShowDatabasesStatement => Names(["default", "system"]),
        ShowCreateTableStatement show => ShowCreate(Find(show.Table)),
        DescribeStatement describe => Describe(Find(describe.Table)),
        ExistsTableStatement exists => Exists(exists.Table),
        _ => throw new ArgumentException($"{statement.GetType().Name} shows nothing of the catalogue", nameof(statement)),
    };

    /// <summary>CREATE, DROP, TRUNCATE, OPTIMIZE and ALTER TABLE; USE and SET do nothing. Throws SqlException.</summary>
    public async ValueTask RunChangingAsync(Statement statement)
    {
        try
        {
            switch (statement)
            {
                case CreateTableStatement create: await CreateAsync(create).ConfigureAwait(false); break;
                case DropTableStatement drop: await DropAsync(drop).ConfigureAwait(false); break;
                case AddColumnStatement add: await AddColumnAsync(add).ConfigureAwait(false); break;
                case DropColumnStatement drop: await DropColumnAsync(drop).ConfigureAwait(false); break;
                case RenameColumnStatement rename: await RenameColumnAsync(rename).ConfigureAwait(false); break;
                case SetRetentionStatement retention: await SetRetentionAsync(retention).ConfigureAwait(false); break;
                case SetAttributeStatement set: await database.SetAttributeAsync(set.Table, set.Column, set.Attribute).ConfigureAwait(false); break;
                case TruncateStatement truncate: await TruncateAsync(truncate).ConfigureAwait(false); break;
                case OptimizeStatement optimize:
                    var table = Find(optimize.Table);
                    // Minutes of work for a large table: not on the caller's thread, which serves connections.
                    await Task.Run(() => database.Compact(table)).ConfigureAwait(false);
                    break;
                case AcceptedStatement: break;
                default: throw new ArgumentException($"{statement.GetType().Name} changes nothing of the catalogue", nameof(statement));
            }
        }
        catch (StorageException error)
        {
            throw StorageErrors.ToSql(error);
        }
    }

    private async ValueTask CreateAsync(CreateTableStatement statement)
    {
        if (statement.IfNotExists && database.Catalog.TryGet(statement.Name, out _))
            return;
        var definition = TableDefinitions.Of(statement);
        try
        {
            await database.CreateTableAsync(definition).ConfigureAwait(false);
        }
        catch (StorageException error) when (statement.IfNotExists && error.Kind == StorageErrorKind.AlreadyExists)
        {
            // Another statement was faster.
        }
    }

    private async ValueTask DropAsync(DropTableStatement statement)
    {
        try
        {
            await database.DropTableAsync(statement.Name).ConfigureAwait(false);
        }
        catch (StorageException error) when (statement.IfExists && error.Kind == StorageErrorKind.UnknownTable)
        {
            // As asked.
        }
    }

    private async ValueTask AddColumnAsync(AddColumnStatement statement)
    {
        var schema = Find(statement.Table).Schema;
        if (statement.IfNotExists && schema.IndexOf(statement.Column.Name) >= 0)
            return;
        try
        {
            await database.AddColumnAsync(statement.Table, TableDefinitions.Of(statement, schema)).ConfigureAwait(false);
        }
        catch (StorageException error) when (statement.IfNotExists && error.Kind == StorageErrorKind.AlreadyExists)
        {
            // Another statement was faster.
        }
    }

    private async ValueTask DropColumnAsync(DropColumnStatement statement)
    {
        if (statement.IfExists && Find(statement.Table).Schema.IndexOf(statement.Column) < 0)
            return;
        try
        {
            await database.DropColumnAsync(statement.Table, statement.Column).ConfigureAwait(false);
        }
        catch (StorageException error) when (statement.IfExists && error.Kind == StorageErrorKind.UnknownColumn)
        {
            // Another statement was faster.
        }
    }

    private async ValueTask RenameColumnAsync(RenameColumnStatement statement)
    {
        if (statement.IfExists && Find(statement.Table).Schema.IndexOf(statement.Column) < 0)
            return;
        TableDefinitions.CheckColumnName(statement.NewName);
        try
        {
            await database.RenameColumnAsync(statement.Table, statement.Column, statement.NewName).ConfigureAwait(false);
        }
        catch (StorageException error) when (statement.IfExists && error.Kind == StorageErrorKind.UnknownColumn)
        {
            // Another statement was faster.
        }
    }

    private async ValueTask SetRetentionAsync(SetRetentionStatement statement)
    {
        if (statement.Retention is { } retention)
        {
            var schema = Find(statement.Table).Schema;
            TableDefinitions.CheckRetention(retention, schema.TimestampIndex < 0 ? null : schema.Columns[schema.TimestampIndex].Name);
        }

        await database.SetRetentionAsync(statement.Table, statement.Retention?.Nanoseconds).ConfigureAwait(false);
    }

    private async ValueTask TruncateAsync(TruncateStatement statement)
    {
        try
        {
            await database.TruncateAsync(statement.Table).ConfigureAwait(false);
        }
        catch (StorageException error) when (statement.IfExists && error.Kind == StorageErrorKind.UnknownTable)
        {
            // As asked.
        }
    }

    private Table Find(string name) => database.Catalog.TryGet(name, out var table)
        ? table
        : throw StorageErrors.ToSql(new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {name}"));

    private static MetadataResult Names(IEnumerable<string> names)
    {
        var result = new MetadataResult(MetadataResult.Column("name"));
        foreach (var name in names)
            result.Add(name);
        return result;
    }

    private static MetadataResult ShowCreate(Table table)
    {
        var result = new MetadataResult(MetadataResult.Column("statement"));
        result.Add(TableDefinitions.TextOf(table.Name, table.Schema, table.RetentionNs));
        return result;
    }

    // The columns that ClickHouse clients read, in their order; the attribute of a column is its comment.
    private static MetadataResult Describe(Table table)
    {
        var result = new MetadataResult(
            MetadataResult.Column("name"), MetadataResult.Column("type"), MetadataResult.Column("default_type"), MetadataResult.Column("default_expression"),
            MetadataResult.Column("comment"), MetadataResult.Column("codec_expression"), MetadataResult.Column("ttl_expression"));
        foreach (var column in table.Schema.Columns)
        {
            var (kind, value) = column.Default is null ? ("", "") : ("DEFAULT", ColumnDefaults.TextOf(column.Default, column.Type));
            var comment = column.Attribute == ColumnAttribute.None ? "" : TypeNames.Keyword(column.Attribute);
            result.Add(column.Name, TypeNames.Keyword(column.Type), kind, value, comment, "", "");
        }

        return result;
    }

    private MetadataResult Exists(string table)
    {
        var result = new MetadataResult(MetadataResult.Column("result", ColumnType.Int64));
        result.Add(database.Catalog.TryGet(table, out _) ? 1L : 0L);
        return result;
    }
}
