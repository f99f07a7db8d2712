using Zepto.Storage.Schema;

namespace Zepto.Query.Syntax;

/// <summary>A whole statement.</summary>
public abstract record Statement(int Position) : SyntaxNode(Position);

/// <summary>SELECT with its FORMAT and SETTINGS tail.</summary>
public sealed record SelectStatement(int Position, QueryExpression Query, string? Format, IReadOnlyList<Setting> Settings) : Statement(Position);

/// <summary>`k = v` of SETTINGS or SET; the value's text.</summary>
public sealed record Setting(string Name, string Value);

/// <summary>`EXPLAIN [ANALYZE] select`.</summary>
public sealed record ExplainStatement(int Position, bool Analyze, SelectStatement Select) : Statement(Position);

/// <summary>A column of CREATE TABLE or ADD COLUMN; the type's name as written and where it stands.</summary>
public sealed record ColumnSyntax(
    int Position, string Name, string TypeName, int TypePosition, bool NotNull, Expression? Default, ColumnAttribute Attribute) : SyntaxNode(Position);

/// <summary>How long rows are kept; <paramref name="Column"/> is the time that a ClickHouse expression counts from, null where none is named.</summary>
public sealed record RetentionSyntax(int Position, string? Column, long Nanoseconds) : SyntaxNode(Position);

/// <summary>CREATE TABLE; <paramref name="TimestampColumn"/> from WITH (timestamp = c).</summary>
public sealed record CreateTableStatement(
    int Position, bool IfNotExists, string Name, IReadOnlyList<ColumnSyntax> Columns, string? TimestampColumn, RetentionSyntax? Retention) : Statement(Position);

/// <summary>DROP TABLE.</summary>
public sealed record DropTableStatement(int Position, bool IfExists, string Name) : Statement(Position);

/// <summary>ALTER TABLE … ADD COLUMN [IF NOT EXISTS].</summary>
public sealed record AddColumnStatement(int Position, string Table, ColumnSyntax Column, bool IfNotExists) : Statement(Position);

/// <summary>ALTER TABLE … DROP COLUMN.</summary>
public sealed record DropColumnStatement(int Position, string Table, string Column, bool IfExists) : Statement(Position);

/// <summary>ALTER TABLE … RENAME COLUMN a TO b.</summary>
public sealed record RenameColumnStatement(int Position, string Table, string Column, string NewName, bool IfExists) : Statement(Position);

/// <summary>ALTER TABLE … SET TTL, or REMOVE TTL, which has no <paramref name="Retention"/>.</summary>
public sealed record SetRetentionStatement(int Position, string Table, RetentionSyntax? Retention) : Statement(Position);

/// <summary>ALTER TABLE … SET ATTRIBUTE c SORTED, GROUPED, PARTED or NONE.</summary>
public sealed record SetAttributeStatement(int Position, string Table, string Column, ColumnAttribute Attribute) : Statement(Position);

/// <summary>TRUNCATE TABLE.</summary>
public sealed record TruncateStatement(int Position, bool IfExists, string Table) : Statement(Position);

/// <summary>OPTIMIZE TABLE: encodes and joins what is stored.</summary>
public sealed record OptimizeStatement(int Position, string Table) : Statement(Position);

/// <summary>`column = value` of UPDATE.</summary>
public sealed record Assignment(int Position, string Column, Expression Value) : SyntaxNode(Position);

/// <summary>UPDATE, or ALTER TABLE … UPDATE; without a condition all rows.</summary>
public sealed record UpdateStatement(int Position, NamedTable Table, IReadOnlyList<Assignment> Assignments, Expression? Where) : Statement(Position);

/// <summary>DELETE, or ALTER TABLE … DELETE; without a condition all rows.</summary>
public sealed record DeleteStatement(int Position, NamedTable Table, Expression? Where) : Statement(Position);

/// <summary>
/// INSERT. The rows are not parsed: <paramref name="DataOffset"/> is the byte at which the tuples after VALUES, or the data after FORMAT,
/// begin. Exactly one of Values, Format and Query says where rows come from.
/// </summary>
public sealed record InsertStatement(
    int Position, string Table, IReadOnlyList<string>? Columns, bool Values, string? Format, QueryExpression? Query, int DataOffset) : Statement(Position);

/// <summary>SHOW TABLES [FROM db].</summary>
public sealed record ShowTablesStatement(int Position) : Statement(Position);

/// <summary>SHOW DATABASES.</summary>
public sealed record ShowDatabasesStatement(int Position) : Statement(Position);

/// <summary>SHOW CREATE TABLE t.</summary>
public sealed record ShowCreateTableStatement(int Position, string Table) : Statement(Position);

/// <summary>DESCRIBE [TABLE] t.</summary>
public sealed record DescribeStatement(int Position, string Table) : Statement(Position);

/// <summary>EXISTS [TABLE] t.</summary>
public sealed record ExistsTableStatement(int Position, string Table) : Statement(Position);

/// <summary>USE db or SET k = v: accepted, no effect.</summary>
public sealed record AcceptedStatement(int Position) : Statement(Position);

/// <summary>KILL QUERY WHERE query_id = 'id'.</summary>
public sealed record KillQueryStatement(int Position, string QueryId) : Statement(Position);

/// <summary>BACKUP [DATABASE] TO 'directory'.</summary>
public sealed record BackupStatement(int Position, string Directory) : Statement(Position);

/// <summary>A statement of the dialect that is recognised and refused by name because this server does not run it.</summary>
public sealed record UnsupportedStatement(int Position, string What) : Statement(Position);
