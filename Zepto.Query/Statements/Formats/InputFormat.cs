using Zepto.Query.Syntax;

namespace Zepto.Query.Statements.Formats;

/// <summary>How the values of rows are written.</summary>
internal enum InputEncoding : byte
{
    /// <summary>Tuples of SQL constants.</summary>
    Values,

    /// <summary>Comma-separated text.</summary>
    Csv,

    /// <summary>Tab-separated text with backslash escapes.</summary>
    TabSeparated,

    /// <summary>Values back to back as bytes.</summary>
    RowBinary,

    /// <summary>One JSON object a row.</summary>
    JsonEachRow,
}

/// <summary>What comes before the first row.</summary>
internal enum InputHeader : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The columns' names.</summary>
    Names,

    /// <summary>The columns' names, then their types.</summary>
    NamesAndTypes,
}

/// <summary>A format of INSERT's data. There is one object for each name, compared by reference.</summary>
internal sealed class InputFormat
{
    /// <summary>VALUES, the format of statements without FORMAT.</summary>
    public static readonly InputFormat Values = new("Values", InputEncoding.Values, InputHeader.None);

    private static readonly InputFormat[] s_known =
    [
        Values,
        new("CSV", InputEncoding.Csv, InputHeader.None),
        new("CSVWithNames", InputEncoding.Csv, InputHeader.Names),
        new("CSVWithNamesAndTypes", InputEncoding.Csv, InputHeader.NamesAndTypes),
        new("TSV", InputEncoding.TabSeparated, InputHeader.None),
        new("TSVWithNames", InputEncoding.TabSeparated, InputHeader.Names),
        new("TSVWithNamesAndTypes", InputEncoding.TabSeparated, InputHeader.NamesAndTypes),
        new("TabSeparated", InputEncoding.TabSeparated, InputHeader.None),
        new("TabSeparatedWithNames", InputEncoding.TabSeparated, InputHeader.Names),
        new("TabSeparatedWithNamesAndTypes", InputEncoding.TabSeparated, InputHeader.NamesAndTypes),
        new("RowBinary", InputEncoding.RowBinary, InputHeader.None),
        new("RowBinaryWithNames", InputEncoding.RowBinary, InputHeader.Names),
        new("RowBinaryWithNamesAndTypes", InputEncoding.RowBinary, InputHeader.NamesAndTypes),
        new("JSONEachRow", InputEncoding.JsonEachRow, InputHeader.None),
    ];

    private readonly string _name;

    private InputFormat(string name, InputEncoding encoding, InputHeader header)
    {
        _name = name;
        Encoding = encoding;
        Header = header;
    }

    /// <summary>How values are written.</summary>
    public InputEncoding Encoding { get; }

    /// <summary>What comes before the rows.</summary>
    public InputHeader Header { get; }

    /// <summary>The format of a FORMAT clause; case counts. SqlException for a name that is none.</summary>
    public static InputFormat Find(string name) =>
        Array.Find(s_known, f => f._name == name) ?? throw SqlException.Unsupported(
            $"Unknown input format: {name}; known are {string.Join(", ", s_known.Select(f => f._name))}");
}
