using Zepto.Load.Csv;

namespace Zepto.Load.Columns;

/// <summary>
/// Chooses the columns of a new table from every row of the files, so that no later value can fail to fit. A column named symbol is a SYMBOL, one
/// whose name begins with timestamp a TIMESTAMP_NS, the others are INT64, FLOAT64 or STRING, the first of them that holds all values. Where a
/// row has no symbol, a value is no timestamp, or no timestamp column is filled in every row, the column becomes what its values need: the
/// first symbol and the time of a row are never NULL.
/// </summary>
internal sealed class TypeInference
{
    private sealed class Evidence(string name)
    {
        public readonly string Name = name;
        public bool IsInteger = true;
        public bool IsFloat = true;
        public bool IsTimestamp = true;
        public long Values;

        public bool IsFull(long allRows) => Values == allRows && Values > 0;
    }

    private readonly List<Evidence> _columns = [];
    private long _rows;

    /// <summary>Takes the rows of one file into account.</summary>
    public void Observe(CsvReader reader, CsvHeader header)
    {
        var evidence = new Evidence[header.Names.Length];
        for (var i = 0; i < evidence.Length; i++)
        {
            var name = header.Names[i];
            var known = _columns.Find(c => c.Name == name);
            if (known is null)
                _columns.Add(known = new Evidence(name));
            evidence[i] = known;
        }

        while (reader.ReadRow())
        {
            header.CheckFieldCount(reader);
            _rows++;
            for (var i = 0; i < evidence.Length; i++)
            {
                if (!reader.IsNull(i))
                    Observe(evidence[i], reader.Value(i));
            }
        }
    }

    /// <summary>The CREATE TABLE statement for what was observed.</summary>
    public string CreateStatement(string table)
    {
        // The first timestamp column that every row fills keeps the rows in order.
        var time = _columns.Find(c => IsNamedTimestamp(c) && c.IsTimestamp && c.IsFull(_rows));
        var types = _columns.ConvertAll(c => TypeOf(c, hasTime: time is not null));
        var columns = _columns.Select((c, i) => $"{SqlNames.Quote(c.Name)} {types[i]}");
        var statement = $"CREATE TABLE {SqlNames.Quote(table)} ({string.Join(", ", columns)})";
        var first = types.IndexOf("TIMESTAMP_NS");
        return time is null || _columns[first] == time ? statement : $"{statement} WITH (timestamp = {SqlNames.Quote(time.Name)})";
    }

    private static void Observe(Evidence column, ReadOnlySpan<byte> value)
    {
        column.Values++;
        if (column.IsInteger && ValueForms.IsInteger(value))
            return;
        column.IsInteger = false;
        column.IsFloat = column.IsFloat && ValueForms.IsFloat(value);
        column.IsTimestamp = column.IsTimestamp && ValueForms.IsTimestamp(value);
    }

    private string TypeOf(Evidence column, bool hasTime)
    {
        if (column.Name == "symbol" && column.IsFull(_rows))
            return "SYMBOL";
        if (IsNamedTimestamp(column) && column.IsTimestamp && hasTime)
            return "TIMESTAMP_NS";
        if (column.Values == 0)
            return "STRING";
        return column.IsInteger ? "INT64" : column.IsFloat ? "FLOAT64" : "STRING";
    }

    private static bool IsNamedTimestamp(Evidence column) => column.Name.StartsWith("timestamp", StringComparison.OrdinalIgnoreCase);
}
