using Zepto.Storage.Log;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Log;

/// <summary>What is in a log file never changes within a format version.</summary>
public class LogFormatTests
{
    [Fact]
    public void RecordKinds_Numbers_AreFrozen()
    {
        Assert.Equal(
            [
                (1, "SymbolsAdded"), (2, "StringsAdded"), (3, "RowsAppended"), (4, "TableCreated"), (5, "TableDropped"), (6, "ColumnsChanged"),
                (7, "RowsChanged"), (8, "TableTruncated"), (9, "DaysDropped"), (10, "RetentionChanged"),
            ],
            Enum.GetValues<LogRecordKind>().Select(k => ((int)k, k.ToString())));
    }

    [Fact]
    public void Record_Header_IsFrozen()
    {
        var header = new byte[LogRecord.HeaderBytes];
        var record = new LogRecord(LogRecordKind.RowsAppended, TableId: 7, Lsn: 0x1122334455667788, DurableOffset: 0x0102030405060708, PayloadBytes: 33);
        record.WriteTo(header);
        Assert.Equal("00000000" + "21000000" + "8877665544332211" + "0807060504030201" + "07000000" + "03000000", Convert.ToHexString(header));
        Assert.Equal(32 + 40, record.SizeBytes);
        Assert.True(LogRecord.TryRead(header, out var read));
        Assert.Equal(record, read);
        header[31] = 1;
        Assert.False(LogRecord.TryRead(header, out _));
    }

    [Fact]
    public async Task File_Bytes_AreFrozen()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        await TableReading.Append(database, database.CreateTable(TableReading.Ticks), (5, 6, 7));
        directory.CopyData("crash");
        var id = File.ReadAllBytes(directory.At("crash", "MANIFEST")).AsSpan(24, 8).ToArray();
        var log = File.ReadAllBytes(directory.At("crash", "log", "0000000001.zl"));
        Assert.Equal(
            "5A584C4702000000" + Convert.ToHexString(id) + "0100000000000000" + "0100000000000000",
            Convert.ToHexString(log.AsSpan(0, 32)));
        Assert.Equal("00000000", Convert.ToHexString(log.AsSpan(36, 4)));
        // The table's record of 32 and 80 bytes, then one row: 4 + 8 + 8 bytes behind 16.
        const int second = 40 + 32 + 80;
        Assert.Equal("2400000002000000" + "00000000", Convert.ToHexString(log.AsSpan(second + 4, 12)));
        Assert.Equal("01000000" + "03000000", Convert.ToHexString(log.AsSpan(second + 24, 8)));
        Assert.Equal(
            "0100000000000000" + "01000000" + "03000000" + "05000000" + "0600000000000000" + "0700000000000000" + "00000000",
            Convert.ToHexString(log.AsSpan(second + 32, 40)));
        Assert.All(log.AsSpan(second + 72).ToArray(), b => Assert.Equal(0, b));
    }
}
