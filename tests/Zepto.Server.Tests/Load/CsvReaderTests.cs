using System.IO.Compression;
using System.Text;
using Zepto.Load;
using Zepto.Load.Csv;
using ZstdSharp;

namespace Zepto.Server.Tests.Load;

public class CsvReaderTests
{
    public static TheoryData<string, string?[][]> Texts => new()
    {
        { "", [] },
        { "a", [["a"]] },
        { "a,b\n1,2\n", [["a", "b"], ["1", "2"]] },
        { "a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]] },
        { "a,b\n1,2", [["a", "b"], ["1", "2"]] },
        { "a,\n,\n", [["a", null], [null, null]] },
        { "\"\",\n", [["", null]] },
        { "\"a,b\",\"c\"\"d\"\"\",\"e\r\nf\"\r\ng,h,i", [["a,b", "c\"d\"", "e\r\nf"], ["g", "h", "i"]] },
        { "\"\"\"\"\n", [["\""]] },
        { "a,b\n\n\r\n1,2\n\n", [["a", "b"], ["1", "2"]] },
        { "a\rb,c\r\n", [["a\rb", "c"]] },
        { "\uFEFFä,€\n", [["ä", "€"]] },
        { "x,\"y\"", [["x", "y"]] },
    };

    // The smallest buffer that can hold a byte order mark makes every row cross its end.
    [Theory]
    [MemberData(nameof(Texts))]
    public void ReadRow_AnyBuffer_GivesTheFields(string text, string?[][] expected)
    {
        foreach (var bufferBytes in new[] { 3, 4, 5, 7, 8, 16, 1024 })
            Assert.Equal(expected, Csv.Rows(Csv.Reader(text, bufferBytes)));
    }

    [Fact]
    public void ReadRow_RandomFields_ComeBack()
    {
        const int Seed = 20260730;
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var columns = random.Next(2, 5);
            var rows = new List<string?[]>();
            var text = new StringBuilder();
            for (var row = 0; row < 20; row++)
            {
                var fields = Enumerable.Range(0, columns).Select(_ => RandomField(random)).ToArray();
                if (Array.TrueForAll(fields, f => f is null))
                    fields[0] = "x";
                rows.Add(fields);
                text.AppendJoin(',', fields.Select(f => f is null ? "" : $"\"{f.Replace("\"", "\"\"")}\"")).Append(random.Next(2) == 0 ? "\n" : "\r\n");
            }

            var bufferBytes = random.Next(3, 64);
            var read = Csv.Rows(Csv.Reader(text.ToString(), bufferBytes));
            Assert.True(rows.Count == read.Count && rows.Zip(read).All(p => p.First.SequenceEqual(p.Second)), $"seed {Seed}, round {round}, buffer {bufferBytes}:\n{text}");
        }
    }

    [Theory]
    [InlineData("a\n\"b\nc", "some.csv:2: a quote is not closed")]
    [InlineData("a\nb\"c\n", "some.csv:2: a quote inside a field that does not begin with one")]
    [InlineData("a\n\"b\n\"c,d\n", "some.csv:3: text after a closing quote")]
    [InlineData("a\n\"b\"\rc\n", "some.csv:2: text after a closing quote")]
    public void ReadRow_NoCsv_IsRefusedWithItsLine(string text, string expected)
    {
        foreach (var bufferBytes in new[] { 3, 1024 })
            Assert.Equal(expected, Assert.Throws<LoadException>(() => Csv.Rows(Csv.Reader(text, bufferBytes))).Message);
    }

    [Fact]
    public void Line_CountsLineBreaksInFields()
    {
        var reader = Csv.Reader("a,b\n\"1\n2\",3\n\n4,5\n");
        var lines = new List<long>();
        while (reader.ReadRow())
            lines.Add(reader.Line);
        Assert.Equal([1, 2, 5], lines);
    }

    [Fact]
    public void ReadRow_EmptyLineWithOneColumn_IsNull()
    {
        var reader = Csv.Reader("a\n1\n\n2\n");
        CsvHeader.Read(reader, Csv.Path);
        Assert.Equal([["1"], [null], ["2"]], Csv.Rows(reader));
    }

    [Theory]
    [InlineData("", "some.csv: the file is empty; a header with column names is needed")]
    [InlineData("a,,b\n", "some.csv:1: column 2 has no name")]
    [InlineData("a,b,a\n", "some.csv:1: column a stands twice in the header")]
    public void Header_Wrong_IsRefused(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<LoadException>(() => CsvHeader.Read(Csv.Reader(text), Csv.Path)).Message);

    [Theory]
    [InlineData("a,b,c\n1,2\n", "some.csv:2: column c is missing: 2 fields, the header has 3")]
    [InlineData("a,b\n1,2,3\n", "some.csv:2: 3 fields, the header has 2")]
    public void Header_OtherFieldCount_IsRefused(string text, string expected)
    {
        var reader = Csv.Reader(text);
        var header = CsvHeader.Read(reader, Csv.Path);
        Assert.True(reader.ReadRow());
        Assert.Equal(expected, Assert.Throws<LoadException>(() => header.CheckFieldCount(reader)).Message);
    }

    [Theory]
    [InlineData(".csv")]
    [InlineData(".gz")]
    [InlineData(".zst")]
    public void InputFile_Extension_DecidesHowItIsRead(string extension)
    {
        var text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i},{i * 7919L % 100_003}\n"));
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + extension);
        try
        {
            Write(path, text, cutBytes: 0);
            using (var file = InputFile.Open(path))
            {
                var rows = Csv.Rows(new CsvReader(file.Text, path));
                Assert.Equal(50_000, rows.Count);
                Assert.Equal(["49999", (49_999 * 7919L % 100_003).ToString()], rows[^1]);
                Assert.Equal(file.SizeBytes, file.PositionBytes);
            }

            if (extension == ".csv")
                return;
            Write(path, text, cutBytes: 1000);
            using var cut = InputFile.Open(path);
            Assert.StartsWith(path, Assert.Throws<LoadException>(() => Csv.Rows(new CsvReader(cut.Text, path))).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void InputFile_Missing_IsNamed() =>
        Assert.StartsWith("/none/such.csv: ", Assert.Throws<LoadException>(() => InputFile.Open("/none/such.csv")).Message);

    private static void Write(string path, string text, int cutBytes)
    {
        using var compressed = new MemoryStream();
        using (Stream writer = Path.GetExtension(path) switch
        {
            ".gz" => new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            ".zst" => new CompressionStream(compressed, leaveOpen: true),
            _ => new BufferedStream(compressed),
        })
        {
            writer.Write(Encoding.UTF8.GetBytes(text));
            writer.Flush();
            if (writer is BufferedStream)
                File.WriteAllBytes(path, compressed.ToArray());
        }

        if (Path.GetExtension(path) != ".csv")
            File.WriteAllBytes(path, compressed.ToArray()[..^cutBytes]);
    }

    private static string? RandomField(Random random)
    {
        if (random.Next(5) == 0)
            return null;
        var characters = new char[random.Next(12)];
        for (var i = 0; i < characters.Length; i++)
            characters[i] = "ab,\"\n\r é"[random.Next(8)];
        return new string(characters);
    }
}
