namespace Zepto.Storage;

/// <summary>Why storage refused.</summary>
public enum StorageErrorKind : byte
{
    /// <summary>No table of that name.</summary>
    UnknownTable,

    /// <summary>No column of that name.</summary>
    UnknownColumn,

    /// <summary>A table or column of that name exists.</summary>
    AlreadyExists,

    /// <summary>A definition that makes no table.</summary>
    BadDefinition,

    /// <summary>Another server has the data directory.</summary>
    Locked,

    /// <summary>A file of another format version, or a damaged one.</summary>
    Damaged,

    /// <summary>The operating system refused.</summary>
    Unwritable,

    /// <summary>The ingest queue stayed full.</summary>
    Overloaded,

    /// <summary>A statement that needs more memory than it may have.</summary>
    TooLarge,
}

/// <summary>Storage refused a request; the message is one line for the user.</summary>
public sealed class StorageException(StorageErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public StorageErrorKind Kind { get; } = kind;
}
