using Zepto.Query.Syntax;

namespace Zepto.Query.Access;

/// <summary>
/// Compares a parsed statement with what its caller may do, before anything of it is looked up or run: its class, then every table it names. Rows of
/// symbols are left out by the scans themselves.
/// </summary>
internal static class StatementGuard
{
    /// <summary>Throws Forbidden unless the statement may run.</summary>
    public static void Check(Statement statement, StatementAccess access)
    {
        var tables = new TableReferences(access.RequireTable);
        switch (statement)
        {
            case FormattedStatement formatted:
                Check(formatted.Inner, access);
                break;
            case SelectStatement select:
                access.Require(StatementPermissions.Query);
                tables.Visit(select.Query);
                break;
            case ExplainStatement explain:
                access.Require(StatementPermissions.Query);
                tables.Visit(explain.Select.Query);
                break;
            case ShowTablesStatement or ShowDatabasesStatement or AcceptedStatement:
                access.Require(StatementPermissions.Query);
                break;
            case ShowCreateTableStatement show:
                Check(access, StatementPermissions.Query, show.Table);
                break;
            case DescribeStatement describe:
                Check(access, StatementPermissions.Query, describe.Table);
                break;
            case ExistsTableStatement exists:
                Check(access, StatementPermissions.Query, exists.Table);
                break;
            case InsertStatement insert:
                Check(access, insert.Query is null ? StatementPermissions.Ingest : StatementPermissions.Ingest | StatementPermissions.Query, insert.Table);
                if (insert.Query is not null)
                    tables.Visit(insert.Query);
                break;
            case UpdateStatement update:
                Check(access, StatementPermissions.Ingest, TableReferences.NameOf(update.Table));
                foreach (var assignment in update.Assignments)
                    tables.Visit(assignment.Value, null);
                tables.Visit(update.Where, null);
                break;
            case DeleteStatement delete:
                Check(access, StatementPermissions.Ingest, TableReferences.NameOf(delete.Table));
                tables.Visit(delete.Where, null);
                break;
            case CreateTableStatement create:
                Check(access, StatementPermissions.Admin, create.Name);
                break;
            case AddColumnStatement add:
                Check(access, StatementPermissions.Admin, add.Table);
                break;
            case RenameColumnStatement rename:
                Check(access, StatementPermissions.Admin, rename.Table);
                break;
            case DropTableStatement drop:
                CheckWhole(access, drop.Name);
                break;
            case TruncateStatement truncate:
                CheckWhole(access, truncate.Table);
                break;
            case DropColumnStatement drop:
                CheckWhole(access, drop.Table);
                break;
            case SetRetentionStatement retention:
                CheckWhole(access, retention.Table);
                break;
            case SetAttributeStatement attribute:
                // It looks at the rows of all symbols, and its error names one.
                CheckWhole(access, attribute.Table);
                break;
            case OptimizeStatement optimize:
                Check(access, StatementPermissions.Admin, optimize.Table);
                break;
            case BackupStatement:
                // A copy has all rows of all tables.
                access.Require(StatementPermissions.Admin);
                if (access.LimitsTables || access.LimitsSymbols)
                    throw StatementAccess.Forbidden();
                break;
            case KillQueryStatement:
                access.Require(StatementPermissions.Admin);
                break;
            case UnsupportedStatement unsupported:
                access.Require(ClassOf(unsupported.What));
                break;
            default:
                // A statement that this does not know is for those only who may do everything.
                access.Require(StatementPermissions.All);
                if (access.LimitsTables || access.LimitsSymbols)
                    throw StatementAccess.Forbidden();
                break;
        }
    }

    private static void Check(StatementAccess access, StatementPermissions permissions, string table)
    {
        access.Require(permissions);
        access.RequireTable(table);
    }

    // What takes rows of all symbols away is nothing for somebody who sees some.
    private static void CheckWhole(StatementAccess access, string table)
    {
        Check(access, StatementPermissions.Admin, table);
        if (access.LimitsSymbols)
            throw StatementAccess.Forbidden();
    }

    private static StatementPermissions ClassOf(string what)
    {
        var verb = what.Split(' ')[0];
        return verb switch
        {
            "SHOW" or "EXPLAIN" => StatementPermissions.Query,
            "INSERT" or "UPDATE" or "DELETE" => StatementPermissions.Ingest,
            _ => StatementPermissions.Admin,
        };
    }
}
