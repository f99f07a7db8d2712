namespace Zepto.Load.Columns;

/// <summary>Types of a table's columns, as far as writing their values differs.</summary>
internal enum ColumnKind : byte
{
    /// <summary>STRING, SYMBOL and types this program does not know: the server reads a quoted text.</summary>
    Text,

    /// <summary>INT64 and INT32.</summary>
    Integer,

    /// <summary>FLOAT64 and FLOAT32.</summary>
    Float,

    /// <summary>TIMESTAMP_NS: nanoseconds since 1970 or a date with an optional time.</summary>
    Timestamp,

    /// <summary>BOOL.</summary>
    Boolean,
}

/// <summary>One column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Keyword of its type.</param>
internal sealed record TableColumn(string Name, string Type)
{
    /// <summary>How its values are written.</summary>
    public ColumnKind Kind => Type switch
    {
        "INT64" or "INT32" => ColumnKind.Integer,
        "FLOAT64" or "FLOAT32" => ColumnKind.Float,
        "TIMESTAMP_NS" => ColumnKind.Timestamp,
        "BOOL" => ColumnKind.Boolean,
        _ => ColumnKind.Text,
    };
}
