using Zepto.Storage.Mutations;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Tests.Mutations;

/// <summary>Reads and changes rows of a table with the columns symbol, price and timestamp, of which only price must be there.</summary>
internal static class StoredRows
{
    /// <summary>Everything that a snapshot sees, by symbol, in stored order within each; checks order, count and statistics.</summary>
    public static List<Row> Read(Database database, Table table)
    {
        using var lease = database.Epochs.Enter();
        return Read(table, table.Snapshot());
    }

    /// <summary>As <see cref="Read(Database, Table)"/>, for a snapshot whose lease the caller holds.</summary>
    public static List<Row> Read(Table table, TableSnapshot snapshot)
    {
        var rows = new List<(int Series, Row Row)>();
        var order = Comparer<Row>.Create((a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Sequence.CompareTo(b.Sequence));
        for (var s = 0; s < table.SeriesCount; s++)
        {
            var first = rows.Count;
            foreach (var partition in table.SeriesAt(s).Partitions.Span)
            {
                foreach (var slice in partition.StateAt(snapshot.Sequence).Slices)
                    AddRows(rows, table, table.SeriesAt(s).SymbolId, slice, slice.VisibleRows(snapshot.Sequence));
            }

            for (var i = first + 1; i < rows.Count; i++)
                Assert.True(order.Compare(rows[i - 1].Row, rows[i].Row) < 0, $"{rows[i - 1].Row} lies before {rows[i].Row}");
        }

        Assert.Equal(snapshot.RowCount, rows.Count);
        return [.. rows.OrderBy(r => r.Series).Select(r => r.Row)];
    }

    /// <summary>Stores rows as one statement.</summary>
    public static async Task Append(Database database, Table table, IReadOnlyList<Row> rows)
    {
        var batch = database.RentBatch(table);
        batch.EnsureCapacity(rows.Count);
        batch.SetRowCount(rows.Count);
        for (var i = 0; i < rows.Count; i++)
            Fill(batch, i, rows[i]);
        await database.AppendAsync(batch);
    }

    /// <summary>Removes rows and stores new versions of some of them under their old numbers.</summary>
    public static async Task<long> Mutate(Database database, Table table, IReadOnlyList<Row> removed, IReadOnlyList<Row> replacements)
    {
        using var mutation = database.RentMutation(table);
        foreach (var row in removed)
            mutation.Remove(row.Symbol, row.Time, row.Sequence);
        mutation.EnsureReplacementCapacity(replacements.Count);
        mutation.Replacements.SetRowCount(replacements.Count);
        for (var i = 0; i < replacements.Count; i++)
        {
            Fill(mutation.Replacements, i, replacements[i]);
            mutation.ReplacementSequences[i] = replacements[i].Sequence;
        }

        return await database.MutateAsync(mutation);
    }

    private static void Fill(Storage.Ingest.RowBatch batch, int row, Row value)
    {
        for (var c = 0; c < batch.Schema.Columns.Length; c++)
        {
            switch (batch.Schema.Columns[c].Name)
            {
                case "symbol": batch.Column<int>(c)[row] = value.Symbol; break;
                case "price": batch.Column<long>(c)[row] = value.Price; break;
                case "timestamp": batch.Column<long>(c)[row] = value.Time; break;
                default: batch.Column<int>(c)[row] = 0; break;
            }
        }
    }

    private static void AddRows(List<(int, Row)> rows, Table table, int symbol, SegmentSlice slice, int count)
    {
        var schema = table.Schema;
        var price = schema.IdOf(schema.IndexOf("price"));
        for (var row = slice.StartRow; row < slice.StartRow + count; row++)
        {
            var time = schema.TimestampIndex < 0 ? 0 : slice.Segment.Int64At(schema.TimestampId, row);
            rows.Add((symbol, new Row(symbol, slice.Segment.Int64At(price, row), time, slice.Segment.SequenceAt(row))));
        }

        CheckStatistics(slice, price, count);
    }

    /// <summary>Statistics cover the rows; those of a full block that is visible are exact.</summary>
    private static void CheckStatistics(SegmentSlice slice, ColumnId column, int count)
    {
        var end = slice.StartRow + count;
        for (var start = slice.StartRow; start < end;)
        {
            var block = start / Segment.BlockRows;
            var blockEnd = Math.Min(end, (block + 1) * Segment.BlockRows);
            var exact = BlockStatistics.EmptyInt64;
            for (var row = start; row < blockEnd; row++)
            {
                var value = slice.Segment.Int64At(column, row);
                exact.NullCount += value == Nulls.Int64 ? 1 : 0;
                exact.MinInt64 = value == Nulls.Int64 ? exact.MinInt64 : Math.Min(exact.MinInt64, value);
                exact.MaxInt64 = value == Nulls.Int64 ? exact.MaxInt64 : Math.Max(exact.MaxInt64, value);
            }

            var found = slice.Segment.Block(column, block);
            Assert.True(found.MinInt64 <= exact.MinInt64 && found.MaxInt64 >= exact.MaxInt64 && found.NullCount >= exact.NullCount, "statistics leave rows out");
            if (blockEnd - start == Segment.BlockRows)
                Assert.Equal((exact.MinInt64, exact.MaxInt64, exact.NullCount), (found.MinInt64, found.MaxInt64, found.NullCount));
            start = blockEnd;
        }
    }
}
