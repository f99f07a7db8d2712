using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Zepto.Benchmarks.Queries;

namespace Zepto.Benchmarks.Ingest;

/// <summary>Trades as INSERT … FORMAT statements with their rows.</summary>
internal static class InsertBodies
{
    public const int RowsPerStatement = 100_000;

    public static List<byte[]> Csv(MarketData.Columns trades) => Split(trades, "CSV", (body, row) => body.Write(Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{MarketData.SymbolName(trades.Symbol[row])},{trades.First[row]},{trades.Second[row]},{trades.Time[row]}\n"))));

    public static List<byte[]> RowBinary(MarketData.Columns trades) => Split(trades, "RowBinary", (body, row) =>
    {
        var name = MarketData.SymbolName(trades.Symbol[row]);
        body.WriteByte((byte)name.Length);
        body.Write(Encoding.ASCII.GetBytes(name));
        Span<byte> numbers = stackalloc byte[3 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, trades.First[row]);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[sizeof(long)..], trades.Second[row]);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[(2 * sizeof(long))..], trades.Time[row]);
        body.Write(numbers);
    });

    private static List<byte[]> Split(MarketData.Columns trades, string format, Action<MemoryStream, int> write)
    {
        var statements = new List<byte[]>();
        for (var first = 0; first < trades.Rows; first += RowsPerStatement)
        {
            using var body = new MemoryStream();
            body.Write(Encoding.ASCII.GetBytes($"INSERT INTO trades (symbol, price, volume, timestamp) FORMAT {format}\n"));
            for (var row = first; row < Math.Min(first + RowsPerStatement, trades.Rows); row++)
                write(body, row);
            statements.Add(body.ToArray());
        }

        return statements;
    }
}
