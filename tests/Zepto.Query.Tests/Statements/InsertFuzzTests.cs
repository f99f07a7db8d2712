using System.Globalization;
using System.Text;
using Zepto.Query.Syntax;
using Zepto.Storage;

namespace Zepto.Query.Tests.Statements;

public sealed class InsertFuzzTests : IDisposable
{
    private const int Seed = 9241;
    private static readonly string[] s_blanks = ["", " ", "\n", "\t ", "/* c, ( */", " -- '\n", "\r\n"];
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Fact]
    public void Read_RandomRows_GivesTheWrittenValues()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 400; round++)
        {
            var sql = new StringBuilder("INSERT INTO v VALUES");
            var expected = new List<string>();
            for (var row = random.Next(1, 40); row > 0; row--)
            {
                var values = Row(random, out var stored);
                expected.Add(stored);
                sql.Append(Blank(random)).Append('(').Append(Blank(random)).AppendJoin($"{Blank(random)},{Blank(random)}", values).Append(Blank(random)).Append(')');
                sql.Append(Blank(random)).Append(row > 1 && random.Next(4) > 0 ? "," : "");
            }

            Assert.True(string.Join(';', expected) == _insert.Rows(sql.ToString()), $"seed {Seed}, round {round}: {sql}");
        }
    }

    [Fact]
    public void Read_RandomDoubles_AreRoundedLikeTheRuntimes()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 20_000; round++)
        {
            var digits = random.NextInt64(random.Next(2) == 0 ? 1L << 54 : long.MaxValue).ToString(CultureInfo.InvariantCulture);
            digits = digits[..random.Next(1, digits.Length + 1)];
            var text = digits.Insert(random.Next(digits.Length + 1), ".") + (random.Next(2) == 0 ? $"e{random.Next(-345, 290)}" : "");
            var batch = _insert.Read($"INSERT INTO v (f64, plain) VALUES ({text}, 'p')");
            var read = batch.Column<double>(2)[0];
            _insert.Database.ReturnBatch(batch);
            Assert.True(double.Parse(text, CultureInfo.InvariantCulture).Equals(read), $"seed {Seed}, round {round}: {text} gave {read:R}");
        }
    }

    [Fact]
    public void Read_MutatedStatements_GiveRowsOrAnError()
    {
        var random = new Random(Seed);
        var valid = "INSERT INTO v (i64, s, plain, ts) VALUES (1, 'a''b', 'S', '2024-01-02'), (-2.0, NULL, 7, 1711234567000000000) , (3 + 1, '\\n', 'é', now());"u8.ToArray();
        byte[][] pieces = [.. new[] { "(", ")", ",", "'", "--", "/*", "*/", ";", "\\", "1e9", "-", "+", ".", "NULL", "TRUE", "now()", " VALUES ", "9223372036854775808", "CASE 1 WHEN 1 THEN 2 END", "INTERVAL 1 DAY", "é", "\0" }.Select(Encoding.UTF8.GetBytes)];
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var sql = Mutate(random, valid, pieces);
            try
            {
                var batch = _insert.Read(sql);
                Assert.True(batch.RowCount >= 1 && batch.RowCount <= sql.Count(b => b == '('));
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
                Assert.Fail($"seed {Seed}, round {round}: {e.GetType().Name} {e.Message} for {Encoding.UTF8.GetString(sql)}");
            }
        }

        Assert.True(read > 1_000, $"only {read} mutations were rows");
    }

    private static string Blank(Random random) => random.Next(3) > 0 ? "" : s_blanks[random.Next(s_blanks.Length)];

    private static string[] Row(Random random, out string stored)
    {
        var integer = random.NextInt64(long.MinValue + 1, long.MaxValue) >> random.Next(63);
        var small = random.Next(int.MinValue + 1, int.MaxValue) >> random.Next(31);
        var number = BitConverter.Int64BitsToDouble(random.NextInt64(0x7FE0_0000_0000_0000));
        var single = (float)random.Next(1000) / 8;
        var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => "ab'\\é,)(-\n"[random.Next(10)]));
        var truth = random.Next(2) == 0;
        var symbol = "S" + random.Next(50);
        var ns = random.NextInt64(2_000_000_000) * 1_000_000_000;
        stored = string.Create(CultureInfo.InvariantCulture, $"{integer}|{small}|{number:R}|{single:R}|{text}|{(truth ? "true" : "false")}|{symbol}|NULL|{ns}|{symbol}");
        return
        [
            Integer(random, integer),
            Integer(random, small),
            number.ToString("R", CultureInfo.InvariantCulture).Replace("E+", random.Next(2) == 0 ? "e" : "E+", StringComparison.Ordinal),
            single.ToString(random.Next(2) == 0 ? "R" : "0.000000", CultureInfo.InvariantCulture),
            $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", random.Next(2) == 0 ? "''" : "\\'", StringComparison.Ordinal)}'",
            random.Next(2) == 0 ? truth ? "TRUE" : "False" : truth ? "1" : "0",
            $"'{symbol}'",
            random.Next(2) == 0 ? "NULL" : "null",
            random.Next(2) == 0 ? ns.ToString(CultureInfo.InvariantCulture) : $"'{DateTime.UnixEpoch.AddTicks(ns / 100):yyyy-MM-dd HH:mm:ss}'",
            $"'S' || '{symbol[1..]}'",
        ];
    }

    private static string Integer(Random random, long value) => random.Next(5) switch
    {
        0 => $"({value} + 0)",
        1 => $"{value}.0",
        2 when value >= 0 => $"+{value}",
        3 when value >= 0 => $"00{value}",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static byte[] Mutate(Random random, byte[] valid, byte[][] pieces)
    {
        var sql = new List<byte>(valid);
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(40, sql.Count + 1);
            var length = Math.Min(random.Next(1, 8), sql.Count - at);
            switch (random.Next(4))
            {
                case 0: sql.RemoveRange(at, length); break;
                case 1: sql.InsertRange(at, pieces[random.Next(pieces.Length)]); break;
                case 2 when at < sql.Count: sql[at] = (byte)random.Next(256); break;
                default: sql.InsertRange(at, sql.GetRange(at, length)); break;
            }
        }

        return [.. sql];
    }
}
