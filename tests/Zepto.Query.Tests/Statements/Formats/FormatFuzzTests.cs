using System.Text;
using Zepto.Query.Syntax;
using Zepto.Storage;

namespace Zepto.Query.Tests.Statements.Formats;

public sealed class FormatFuzzTests : IDisposable
{
    private const int Seed = 77_003;
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    public static TheoryData<string> Formats => ["CSV", "CSVWithNames", "TSV", "TSVWithNames", "JSONEachRow", "RowBinary", "RowBinaryWithNamesAndTypes"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_MutatedData_GivesRowsOrOneLine(string format)
    {
        var random = new Random(Seed);
        var valid = Valid(format);
        byte[][] pieces = [.. new[] { "\"", "'", ",", "\t", "\n", "\r\n", "\\", "\\N", "\\x4", "{", "}", "[", ":", "null", "1e9", "-", "9223372036854775808", "é", "\0", "\uFEFF" }.Select(Encoding.UTF8.GetBytes), [0xFF], [0x80, 0x80], [0x7F]];
        var read = 0;
        for (var round = 0; round < 8_000; round++)
        {
            var data = Mutate(random, valid, pieces);
            try
            {
                var batch = _insert.Read([.. Encoding.UTF8.GetBytes($"INSERT INTO v (plain, i64, ts, s, b, f64, tag) FORMAT {format}\n"), .. data]);
                Assert.InRange(batch.RowCount, 0, data.Length);
                for (var row = 0; row < batch.RowCount; row++)
                    Assert.NotEqual("NULL", _insert.Cell(batch, 6, row));
                _insert.Database.ReturnBatch(batch);
                read++;
            }
            catch (Exception e) when (e is SqlException or StorageException && e.Message.Length < 400 && !e.Message.AsSpan().ContainsAny('\n', '\r'))
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e.GetType().Name} {e.Message} for {Convert.ToHexString(data)}");
            }
        }

        Assert.True(read > 50, $"only {read} mutations were rows");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_SteadyState_AllocatesNothing(string format)
    {
        byte[] sql = [.. Encoding.UTF8.GetBytes($"INSERT INTO v (plain, i64, ts, s, b, f64, tag) FORMAT {format}\n"), .. Valid(format, rows: 100)];
        var least = long.MaxValue;
        for (var round = 0; round < 4 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
                _insert.Database.ReturnBatch(_insert.Read(sql));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static byte[] Valid(string format, int rows = 3)
    {
        var names = new[] { "plain", "i64", "ts", "s", "b", "f64", "tag" };
        if (format.StartsWith("RowBinary", StringComparison.Ordinal))
        {
            var binary = new BinaryRows();
            if (format != "RowBinary")
                binary.Header(names, "LowCardinality(String)", "Int64", "DateTime64(3)", "Nullable(String)", "UInt8", "Float32", "UInt32");
            for (var i = 0; i < rows; i++)
            {
                if (format == "RowBinary")
                    binary.Add($"P{i}", (long)i, 1_000_000_000L * i, "a text longer than sixteen bytes", true, 1.5, $"T{i % 7}");
                else
                    binary.Add($"P{i}", (long)i, 1_000L * i, (byte)0, "text", (byte)1, 1.5f, (uint)(i + 1));
            }

            return binary.After("")[1..];
        }

        var text = new StringBuilder();
        if (format.EndsWith("Names", StringComparison.Ordinal))
            text.AppendJoin(format[0] == 'C' ? ',' : '\t', names).Append('\n');
        for (var i = 0; i < rows; i++)
        {
            text.Append(format[0] switch
            {
                'C' => $"P{i},{i},2024-01-02 03:04:05.{i:D9},\"a \"\"quoted\"\" text\",true,{i}.25,\"T{i % 7}\"\n",
                'T' => $"P{i}\t{i}\t2024-01-02 03:04:05.{i:D9}\tan\\tescaped text\t0\t\\N\tT{i % 7}\n",
                _ => $$"""{"plain":"P{{i}}","i64":{{i}},"ts":"2024-01-02 03:04:05","s":"a \"quoted\" text","b":true,"tag":"T{{i % 7}}"}""" + "\n",
            });
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Mutate(Random random, byte[] valid, byte[][] pieces)
    {
        var data = new List<byte>(valid);
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(data.Count + 1);
            var length = Math.Min(random.Next(1, 8), data.Count - at);
            switch (random.Next(5))
            {
                case 0: data.RemoveRange(at, length); break;
                case 1: data.InsertRange(at, pieces[random.Next(pieces.Length)]); break;
                case 2 when at < data.Count: data[at] = (byte)random.Next(256); break;
                case 3: data.RemoveRange(at, data.Count - at); break;
                default: data.InsertRange(at, data.GetRange(at, length)); break;
            }
        }

        return [.. data];
    }
}
