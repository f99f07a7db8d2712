using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Zepto.Query.Tests.Statements.Formats;

/// <summary>Random rows, written in every format by writers that share nothing with the readers, give the same table as VALUES.</summary>
public sealed class FormatEquivalenceTests : IDisposable
{
    private const int Seed = 40_961;
    private static readonly string[] s_names = ["i64", "i32", "f64", "f32", "s", "b", "plain", "ts", "at", "tag"];
    private static readonly string[] s_types = ["Int64", "Int32", "Float64", "Float32", "String", "Bool", "LowCardinality(String)", "DateTime64(9)", "DateTime64(9, 'UTC')", "String"];
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Fact]
    public void Read_RandomRows_AreTheSameInEveryFormat()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 150; round++)
        {
            var columns = Enumerable.Range(0, s_names.Length).ToArray();
            random.Shuffle(columns);
            columns = [.. columns.Where(c => c is 6 or 9 || random.Next(4) > 0)];
            var rows = Enumerable.Range(0, random.Next(0, 200)).Select(_ => columns.Select(c => Value(random, c)).ToArray()).ToArray();
            var list = string.Join(", ", columns.Select(c => s_names[c]));
            var expected = rows.Length == 0 ? "" : Rows(Encoding.UTF8.GetBytes($"INSERT INTO v ({list}) VALUES {string.Join(',', rows.Select(r => $"({string.Join(',', r.Select(Literal))})"))}"));
            foreach (var (format, data) in Written(random, columns, rows))
            {
                var into = random.Next(2) == 0 || !format.Contains("Names", StringComparison.Ordinal) ? $"INSERT INTO v ({list}) FORMAT {format}\n" : $"INSERT INTO v FORMAT {format}\n";
                var read = Rows([.. Encoding.UTF8.GetBytes(into), .. data]);
                Assert.True(expected == read, $"seed {Seed}, round {round}, {format}:\n{expected}\n{read}");
            }
        }
    }

    private static IEnumerable<(string Format, byte[] Data)> Written(Random random, int[] columns, object?[][] rows)
    {
        var names = columns.Select(c => s_names[c]).ToArray();
        var end = random.Next(2) == 0 ? "\n" : "\r\n";
        var csv = string.Concat(rows.Select(r => string.Join(',', r.Select(v => CsvField(random, v))) + end));
        yield return ("CSV", Encoding.UTF8.GetBytes(csv));
        yield return ("CSVWithNames", Encoding.UTF8.GetBytes(string.Join(',', names) + end + csv));
        var tsv = string.Concat(rows.Select(r => string.Join('\t', r.Select(TabField)) + end));
        yield return ("TabSeparated", Encoding.UTF8.GetBytes(tsv));
        yield return ("TSVWithNamesAndTypes", Encoding.UTF8.GetBytes(string.Join('\t', names) + end + string.Join('\t', columns.Select(c => s_types[c])) + end + tsv));
        var json = string.Join(random.Next(2) == 0 ? "\n" : " ", rows.Select(r => Json(random, names, r)));
        yield return ("JSONEachRow", Encoding.UTF8.GetBytes(json));

        var binary = new BinaryRows().Header(names, [.. columns.Select(c => c is 6 or 8 ? s_types[c] : $"Nullable({s_types[c]})")]);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                var isNullable = columns[i] is not (6 or 8);
                if (isNullable)
                    binary.Add((byte)(row[i] is null ? 1 : 0));
                if (row[i] is { } value)
                    binary.Add(value is DateTime time ? Nanoseconds(time) : value);
            }
        }

        yield return ("RowBinaryWithNamesAndTypes", binary.After("")[1..]);
        if (rows.Any(r => r.Contains(null)))
            yield break;
        var plain = new BinaryRows();
        foreach (var row in rows)
            plain.Add([.. row.Select(v => v is DateTime time ? Nanoseconds(time) : v!)]);
        yield return ("RowBinary", plain.After("")[1..]);
    }

    private static object? Value(Random random, int column)
    {
        if (column is not (6 or 8 or 9) && random.Next(12) == 0)
            return null;
        return column switch
        {
            0 => random.NextInt64(long.MinValue + 1, long.MaxValue) >> random.Next(63),
            1 => random.Next(int.MinValue + 1, int.MaxValue) >> random.Next(31),
            2 => BitConverter.Int64BitsToDouble(random.NextInt64(0x7FE0_0000_0000_0000)) * (random.Next(2) == 0 ? 1 : -1),
            3 => (float)random.Next(-1000, 1000) / 8,
            4 => string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => "ab'\\é,)(-\n\t\"\r 0"[random.Next(15)])),
            5 => random.Next(2) == 0,
            6 or 9 => $"{(random.Next(2) == 0 ? "S" : "a longer name of ")}{random.Next(40)}",
            _ => random.Next(2) == 0 ? random.NextInt64(1L << random.Next(62)) : DateTime.UnixEpoch.AddTicks(random.NextInt64(2_000_000_000) * 10_000_000 + random.Next(10_000_000)),
        };
    }

    private static long Nanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * 100;

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        bool truth => truth ? "true" : "false",
        string text => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'",
        DateTime time => $"'{Text(time)}'",
        _ => Text(value),
    };

    private static string Text(object value) => value switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        float single => single.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture) + "00",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string CsvField(Random random, object? value)
    {
        if (value is null)
            return random.Next(2) == 0 ? "" : "\\N";
        var text = Text(value);
        var quote = random.Next(3) == 0 ? "'" : "\"";
        return value is string || random.Next(4) == 0 ? quote + text.Replace(quote, quote + quote, StringComparison.Ordinal) + quote : text;
    }

    private static string TabField(object? value) => value is null
        ? "\\N"
        : Text(value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);

    private static string Json(Random random, string[] names, object?[] row)
    {
        var order = Enumerable.Range(0, names.Length).ToArray();
        if (random.Next(3) == 0)
            random.Shuffle(order);
        return "{" + string.Join(',', order.Where(i => row[i] is not null || random.Next(2) == 0).Select(i => $"\"{names[i]}\":{JsonValue(random, row[i])}")) + "}";
    }

    private static string JsonValue(Random random, object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        string text => JsonSerializer.Serialize(text),
        DateTime time => $"\"{Text(time)}\"",
        _ => random.Next(4) == 0 ? $"\"{Text(value)}\"" : Text(value),
    };

    private string Rows(byte[] sql)
    {
        var batch = _insert.Read(sql);
        var rows = string.Join('\u0001', Enumerable.Range(0, batch.RowCount).Select(row => _insert.Row(batch, row)));
        _insert.Database.ReturnBatch(batch);
        return rows;
    }
}
