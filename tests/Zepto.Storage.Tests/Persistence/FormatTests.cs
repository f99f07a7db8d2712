using System.Buffers.Binary;
using System.Text;
using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Tests.Persistence;

/// <summary>What is on disk never changes within a format version: numbers and bytes written out by hand.</summary>
public class FormatTests
{
    [Fact]
    public void ColumnType_Numbers_AreFrozen()
    {
        Assert.Equal(
            [(1, "Int64"), (2, "Int32"), (3, "Float64"), (4, "Float32"), (5, "Timestamp"), (6, "Symbol"), (7, "String"), (8, "Bool")],
            Enum.GetValues<ColumnType>().Select(t => ((int)t, t.ToString())));
    }

    [Fact]
    public void Nulls_Numbers_AreFrozen()
    {
        Assert.Equal(unchecked((long)0x8000000000000000), Nulls.Int64);
        Assert.Equal(unchecked((int)0x80000000), Nulls.Int32);
        Assert.Equal(0x7FF85A4550544F00, Nulls.Float64Bits);
        Assert.Equal(0x7FDA4550, Nulls.Float32Bits);
        Assert.Equal((2, 0), (Nulls.Bool, Nulls.Code));
    }

    [Fact]
    public unsafe void Segment_Layout_IsFrozen()
    {
        var schema = new TableSchema([new("s", ColumnType.Symbol), new("a", ColumnType.Int64), new("b", ColumnType.Bool), new("t", ColumnType.Timestamp)], "t");
        Assert.Equal(24, sizeof(BlockStatistics));
        Assert.Equal(4096, Segment.BlockRows);
        // 100 rows: arrival numbers 832 (800 rounded up to 64), a 832, b 128, t 832; three columns' statistics of one block, 64 each.
        Assert.Equal(832 + 832 + 128 + 832 + 3 * 64, Segment.SizeBytes(schema.Layout, 100));
        Assert.Equal(5000 * 8 + 5000 * 8 + 5056 + 5000 * 8 + 3 * 64, Segment.SizeBytes(schema.Layout, 5000));
    }

    [Fact]
    public void Manifest_Bytes_AreFrozen()
    {
        var manifest = new Manifest
        {
            DirectoryId = 0x1122334455667788,
            CheckpointNumber = 3,
            TakenAtNs = 9,
            NextTableId = 4,
            LogFile = 5,
            LogLsn = 6,
            ExtentLengths = [0x10000],
            Dictionaries = [new DictionaryExtent(2, 1, 5, 100)],
            TableCount = 0,
            Tables = default,
        };
        var bytes = manifest.Encode();
        Assert.Equal("ZXMF"u8, bytes.AsSpan(0, 4));
        Assert.Equal(2u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)));
        Assert.Equal(84, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)));
        Assert.Equal(
            "8877665544332211" + "0300000000000000" + "0900000000000000" + "04000000" + "0500000000000000" + "0600000000000000" + "01000000" + "0000010000000000"
            + "01000000" + "02000000" + "01000000" + "05000000" + "6400000000000000" + "00000000",
            Convert.ToHexString(bytes.AsSpan(24)));
        Assert.Equal(manifest.Dictionaries, Manifest.Decode("m", bytes).Dictionaries);
    }

    [Fact]
    public void Table_Bytes_AreFrozen()
    {
        var table = new Table(7, "t", new TableSchema(
            [new("a", ColumnType.Int32, NotNull: true, new ColumnDefault(2, 1.0, "x")), new("b", ColumnType.Timestamp)], "b"));
        table.Commit(6, 4);
        table.SetRetention(9);
        table.GetOrAddSeries(0).GetOrAdd(256, out _).LastTime = 258;
        var bytes = new ByteWriter();
        TableCodec.Write(bytes, table);
        Assert.Equal(
            "07000000" + "0100000074" + "0600000000000000" + "0400000000000000" + "0900000000000000" + "01000000" + "03000000" + "02000000"
            + "01000000" + "0100000061" + "02" + "07" + "0200000000000000" + "000000000000F03F" + "0100000078"
            + "02000000" + "0100000062" + "05" + "00" + "00000000"
            + "01000000" + "00000000" + "01000000" + "0001000000000000" + "0201000000000000" + "00000000",
            Convert.ToHexString(bytes.Written));
        table.Dispose();
    }

    [Fact]
    public async Task Files_Headers_AreFrozen()
    {
        using var directory = new TemporaryDirectory();
        using (var database = Database.Open(directory.Options()))
        {
            database.Symbols.Intern("AB"u8);
            await TableReading.Append(database, database.CreateTable(TableReading.Ticks), (1, 1, 1));
        }

        var id = File.ReadAllBytes(directory.At("data", "MANIFEST")).AsSpan(24, 8).ToArray();
        var extent = File.ReadAllBytes(directory.At("data", "extents", "000000.zx"));
        Assert.Equal(1 << 21, extent.Length);
        Assert.Equal("5A58455802000000" + Convert.ToHexString(id) + "0000000000000000" + "0000200000000000", Convert.ToHexString(extent.AsSpan(0, 32)));
        // The first segment follows the first page: row 1 has arrival number 1.
        Assert.Equal(1, BinaryPrimitives.ReadInt64LittleEndian(extent.AsSpan(4096)));

        var dictionary = File.ReadAllBytes(directory.At("data", "dictionaries", "0-0.zd"));
        Assert.Equal("5A58444302000000" + Convert.ToHexString(id) + "0000000000000000", Convert.ToHexString(dictionary.AsSpan(0, 24)));
        Assert.Equal("0B00000001000000", Convert.ToHexString(dictionary.AsSpan(24, 8)));
        Assert.Equal("0100000002000000" + "01" + Convert.ToHexString(Encoding.ASCII.GetBytes("AB")), Convert.ToHexString(dictionary.AsSpan(40)));
    }
}
