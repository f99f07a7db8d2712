using System.Text;
using Zepto.Load.Csv;

namespace Zepto.Server.Tests.Load;

/// <summary>CSV text in memory for the tests of the loader.</summary>
internal static class Csv
{
    public const string Path = "some.csv";

    public static CsvReader Reader(string text, int bufferBytes = 1 << 20) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), Path, bufferBytes);

    /// <summary>All rows; a field is null, or its text.</summary>
    public static List<string?[]> Rows(CsvReader reader)
    {
        var rows = new List<string?[]>();
        while (reader.ReadRow())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsNull(i) ? null : Encoding.UTF8.GetString(reader.Value(i)))]);
        return rows;
    }
}
