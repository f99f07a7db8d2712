using System.Text;

namespace Zepto.Load.Csv;

/// <summary>The first row of a file: the names of its columns.</summary>
internal sealed class CsvHeader
{
    private readonly string _path;

    private CsvHeader(string path, string[] names)
    {
        _path = path;
        Names = names;
    }

    /// <summary>Column names in file order; none is empty and none stands twice.</summary>
    public string[] Names { get; }

    /// <summary>Reads the header; a LoadException says what is wrong with it.</summary>
    public static CsvHeader Read(CsvReader reader, string path)
    {
        if (!reader.ReadRow())
            throw new LoadException($"{path}: the file is empty; a header with column names is needed");
        var names = new string[reader.FieldCount];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(reader.Value(i)).Trim();
            if (names[i].Length == 0)
                throw new LoadException($"{path}:{reader.Line}: column {i + 1} has no name");
            if (Array.IndexOf(names, names[i]) < i)
                throw new LoadException($"{path}:{reader.Line}: column {names[i]} stands twice in the header");
        }

        reader.ExpectedFields = names.Length;
        return new CsvHeader(path, names);
    }

    /// <summary>Throws a LoadException unless the current row has a field for every name.</summary>
    public void CheckFieldCount(CsvReader reader)
    {
        if (reader.FieldCount < Names.Length)
            throw new LoadException($"{_path}:{reader.Line}: column {Names[reader.FieldCount]} is missing: "
                + $"{reader.FieldCount} fields, the header has {Names.Length}");
        if (reader.FieldCount > Names.Length)
            throw new LoadException($"{_path}:{reader.Line}: {reader.FieldCount} fields, the header has {Names.Length}");
    }
}
