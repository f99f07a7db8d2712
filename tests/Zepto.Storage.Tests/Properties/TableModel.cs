using System.Globalization;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Tests.Properties;

/// <summary>A row as a test thinks of it: what every table has, and the texts of the values in its other columns by their keys; NULL where one is missing.</summary>
internal sealed record ModelRow(Row Row, IReadOnlyDictionary<int, string> Values);

/// <summary>A column that may be renamed and dropped. The key stays.</summary>
internal sealed record ModelColumn(int Key, string Name, ColumnType Type);

/// <summary>What a table must hold: a list of rows, the columns besides symbol, price and timestamp, and the number of the last statement.</summary>
internal sealed class TableModel(string name)
{
    public const long Day = 86_400_000_000_000;

    /// <summary>How far late rows reach back: over days, or over some hundred rows.</summary>
    public const long FarNs = 3 * Day, NearNs = 3_000_000_000_000;

    private static readonly ColumnType[] s_types = [ColumnType.String, ColumnType.Int64, ColumnType.Float64, ColumnType.Int32, ColumnType.Bool];
    private int _nextColumn;

    public string Name => name;

    public List<ModelRow> Rows { get; private set; } = [];

    public List<ModelColumn> Columns { get; } = [];

    /// <summary>Number of the last statement.</summary>
    public long Sequence { get; set; }

    /// <summary>The time of the next row in order.</summary>
    public long Now { get; private set; } = 5 * Day;

    /// <summary>A column of the next type, with a name that none had before.</summary>
    public ModelColumn NextColumn()
    {
        var key = _nextColumn++;
        return new ModelColumn(key, $"c{key}", s_types[key % s_types.Length]);
    }

    /// <summary>A name that no column had before.</summary>
    public string NextName() => $"renamed{_nextColumn++}";

    /// <summary>Rows of an insert, numbered from the next number on; some of them late, up to <paramref name="reachNs"/>.</summary>
    public List<ModelRow> NewRows(Random random, int count, long reachNs)
    {
        var rows = new List<ModelRow>(count);
        for (var i = 0; i < count; i++)
        {
            Now += random.Next(3) * 10_000_000_000L;
            rows.Add(new ModelRow(new Row(random.Next(1, 4), Price(random), Time(random, reachNs), Sequence + i + 1), Values(random)));
        }

        return rows;
    }

    /// <summary>Another version of a row: other values, and in some statements' rows another time or symbol.</summary>
    public ModelRow Changed(ModelRow row, Random random, bool moves)
    {
        var changed = row.Row with { Price = Price(random) };
        if (moves && random.Next(2) == 0)
            changed = changed with { Time = Time(random, FarNs) };
        if (moves && random.Next(2) == 0)
            changed = changed with { Symbol = random.Next(1, 6) };
        return new ModelRow(changed, Values(random));
    }

    /// <summary>Rows by one of the ways in which conditions choose rows.</summary>
    public List<ModelRow> Chosen(Random random, int way)
    {
        var from = Now - random.NextInt64(2 * Day);
        var symbol = random.Next(1, 4);
        var share = random.NextDouble();
        return (way % 7) switch
        {
            0 => [.. Rows.Where(r => r.Row.Time >= from)],
            1 => [.. Rows.Where(r => r.Row.Time < from)],
            2 => [.. Rows.Where(r => r.Row.Symbol == symbol)],
            3 => [.. Rows.Where(r => r.Row.Price % 100 < 30)],
            4 => [.. Rows.Where(_ => random.NextDouble() < share)],
            5 => [.. Rows.Where(r => r.Row.Sequence % 100 == 0)],
            _ => [.. Rows],
        };
    }

    /// <summary>Takes rows away and stores others, as the table does; one number is used where a row goes.</summary>
    public void Replace(IReadOnlyCollection<ModelRow> removed, IEnumerable<ModelRow> replacements)
    {
        var gone = removed.Select(r => r.Row.Sequence).ToHashSet();
        Rows = [.. Rows.Where(r => !gone.Contains(r.Row.Sequence)), .. replacements];
        Sequence += removed.Count > 0 ? 1 : 0;
    }

    /// <summary>All rows as text, one line each, by symbol, time and arrival.</summary>
    public IEnumerable<string> Lines() =>
        Rows.OrderBy(r => r.Row.Symbol).ThenBy(r => r.Row.Time).ThenBy(r => r.Row.Sequence).Select(r => Line(r.Row, Columns.Select(c => r.Values.GetValueOrDefault(c.Key))));

    /// <summary>A row as text.</summary>
    public static string Line(Row row, IEnumerable<string?> values) => $"{row} {string.Join(' ', values.Select(v => v ?? "NULL"))}";

    private static long Price(Random random) => random.Next(20) == 0 ? Nulls.Int64 : random.Next();

    // A few times are NULL: such rows lie before all others and have no age.
    private long Time(Random random, long reachNs)
    {
        if (random.Next(60) == 0)
            return Nulls.Int64;
        return reachNs > 0 && random.Next(3) == 0 ? Now - random.NextInt64(reachNs) : Now;
    }

    private Dictionary<int, string> Values(Random random)
    {
        var values = new Dictionary<int, string>();
        foreach (var column in Columns)
        {
            if (random.Next(8) > 0)
                values.Add(column.Key, Value(random, column.Type));
        }

        return values;
    }

    private static string Value(Random random, ColumnType type) => type switch
    {
        ColumnType.String => random.Next(20) == 0 ? "" : $"text ü {random.Next(50)}",
        ColumnType.Float64 => (random.Next(1_000_000) / 100.0).ToString("R", CultureInfo.InvariantCulture),
        ColumnType.Bool => random.Next(2).ToString(CultureInfo.InvariantCulture),
        _ => random.Next().ToString(CultureInfo.InvariantCulture),
    };
}
