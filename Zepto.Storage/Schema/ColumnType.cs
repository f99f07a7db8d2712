namespace Zepto.Storage.Schema;

/// <summary>Types a column can have. The numbers are written to disk and never change.</summary>
public enum ColumnType : byte
{
    /// <summary>64-bit integer.</summary>
    Int64 = 1,

    /// <summary>32-bit integer, computed with in 64 bits.</summary>
    Int32 = 2,

    /// <summary>IEEE 754 double.</summary>
    Float64 = 3,

    /// <summary>IEEE 754 single.</summary>
    Float32 = 4,

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    Timestamp = 5,

    /// <summary>Interned name with a numeric id shared by all tables.</summary>
    Symbol = 6,

    /// <summary>UTF-8 text, dictionary-encoded per column.</summary>
    String = 7,

    /// <summary>True or false.</summary>
    Bool = 8,
}
