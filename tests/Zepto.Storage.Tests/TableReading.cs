using System.Text;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Tests;

/// <summary>One stored row of the table that these tests use: symbol, price, timestamp.</summary>
internal readonly record struct Row(int Symbol, long Price, long Time, long Sequence);

/// <summary>A table of ticks and plain ways to write and read it.</summary>
internal static class TableReading
{
    public static readonly TableDefinition Ticks = new("ticks",
        [new("symbol", ColumnType.Symbol), new("price", ColumnType.Int64), new("timestamp", ColumnType.Timestamp)]);

    /// <summary>Stores rows as one statement.</summary>
    public static async Task Append(Database database, Table table, params (int Symbol, long Price, long Time)[] rows)
    {
        var batch = database.RentBatch(table);
        batch.EnsureCapacity(rows.Length);
        batch.SetRowCount(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            batch.Column<int>(0)[i] = rows[i].Symbol;
            batch.Column<long>(1)[i] = rows[i].Price;
            batch.Column<long>(2)[i] = rows[i].Time;
        }

        for (var i = 3; i < batch.Schema.Columns.Length; i++)
            batch.FillNull(i);
        await database.AppendAsync(batch);
    }

    /// <summary>Everything a snapshot sees, in scan order; also checks that statistics cover the rows.</summary>
    public static List<Row> Read(Database database, Table table)
    {
        using var lease = database.Epochs.Enter();
        var sequence = table.CommittedSequence;
        var rows = new List<Row>();
        for (var s = 0; s < table.SeriesCount; s++)
        {
            var series = table.SeriesAt(s);
            foreach (var partition in series.Partitions.Span)
            {
                foreach (var slice in partition.StateAt(sequence).Slices)
                {
                    var count = slice.VisibleRows(sequence);
                    for (var i = 0; i < count; i++)
                    {
                        var row = slice.StartRow + i;
                        var price = slice.Segment.Int64At(table.Schema.IdOf(1), row);
                        rows.Add(new Row(series.SymbolId, price, slice.Segment.Int64At(table.Schema.IdOf(2), row), slice.Segment.SequenceAt(row)));
                        var block = slice.Segment.Block(table.Schema.IdOf(1), (slice.StartRow + i) / Storage.Segments.Segment.BlockRows);
                        if (price != Nulls.Int64)
                            Assert.InRange(price, block.MinInt64, block.MaxInt64);
                        else
                            Assert.True(block.NullCount > 0);
                    }
                }
            }
        }

        return rows;
    }

    public static string Text(this Storage.Dictionaries.TextRef text) => Encoding.UTF8.GetString(text.Bytes);
}
