namespace Zepto.Query.Results;

/// <summary>What went wrong with a statement; each format turns it into its own status and code.</summary>
public enum StatementErrorKind : byte
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The text is not a statement of the dialect.</summary>
    Syntax,

    /// <summary>A table that does not exist.</summary>
    UnknownTable,

    /// <summary>A column or alias that does not exist.</summary>
    UnknownColumn,

    /// <summary>A function that does not exist.</summary>
    UnknownFunction,

    /// <summary>A value or expression of the wrong type.</summary>
    TypeMismatch,

    /// <summary>A value that cannot be read, stored or computed: overflow, division by zero, a bad literal.</summary>
    BadValue,

    /// <summary>A legal statement that this server does not run.</summary>
    NotSupported,

    /// <summary>CREATE of a table or column that exists.</summary>
    AlreadyExists,

    /// <summary>A statement that changes something, sent where only reading is allowed.</summary>
    ReadOnly,

    /// <summary>A statement, table or symbol that the caller has no permission for; says nothing about what exists.</summary>
    Forbidden,

    /// <summary>Killed, or its client went away.</summary>
    Cancelled,

    /// <summary>Ran longer than the time limit.</summary>
    TimedOut,

    /// <summary>Needed more memory than a query may use.</summary>
    MemoryLimit,

    /// <summary>Would have returned more rows than allowed.</summary>
    ResultLimit,

    /// <summary>Too many statements at once, or the ingest queue stayed full.</summary>
    Overloaded,

    /// <summary>The disk or the operating system refused.</summary>
    Storage,

    /// <summary>A fault of the server's own.</summary>
    Internal,
}
