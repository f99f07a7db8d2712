namespace Zepto.Query.Access;

/// <summary>Classes of statements that somebody may run.</summary>
[Flags]
public enum StatementPermissions : byte
{
    None = 0,

    /// <summary>SELECT, SHOW, DESCRIBE, EXISTS, EXPLAIN, USE, SET.</summary>
    Query = 1,

    /// <summary>INSERT, UPDATE, DELETE.</summary>
    Ingest = 2,

    /// <summary>CREATE, DROP, ALTER, TRUNCATE, BACKUP, KILL.</summary>
    Admin = 4,

    All = Query | Ingest | Admin,
}
