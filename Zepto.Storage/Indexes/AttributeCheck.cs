using System.Globalization;
using System.Text;
using Zepto.Native.Memory;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Indexes;

/// <summary>Compares the rows of a table with an attribute that a column is to get. On the table's writer thread, between two statements.</summary>
internal sealed unsafe class AttributeCheck : IDisposable
{
    private const int PartRows = 512;
    private readonly NativeList<long> _runs = new();
    private readonly StoredColumn _column;
    private readonly ColumnAttribute _attribute;

    private AttributeCheck(StoredColumn column, ColumnAttribute attribute) => (_column, _attribute) = (column, attribute);

    /// <summary>Throws StorageException with the first row that the attribute does not hold for.</summary>
    /// <param name="table">The table.</param>
    /// <param name="schema">Its columns with the attribute.</param>
    /// <param name="index">The column.</param>
    /// <param name="symbols">Names for the message.</param>
    public static void Run(Table table, TableSchema schema, int index, SymbolDictionary symbols)
    {
        var column = schema.Columns[index];
        // Rows lie by these two, and GROUPED says nothing of them.
        if (column.Attribute is not (ColumnAttribute.Sorted or ColumnAttribute.Parted) || index == schema.SymbolIndex || index == schema.TimestampIndex)
            return;
        using var check = new AttributeCheck(new StoredColumn(schema.IdOf(index), column.Type), column.Attribute);
        for (var i = 0; i < table.SeriesCount; i++)
        {
            var series = table.SeriesAt(i);
            foreach (var partition in series.Partitions.Span)
            {
                if (check.FindViolation(partition.State.Slices) is >= 0 and var row)
                    throw Violated(table, schema, column, series, partition, row, symbols);
            }
        }
    }

    public void Dispose() => _runs.Dispose();

    private static StorageException Violated(
        Table table, TableSchema schema, ColumnDefinition column, Series series, Partition partition, long row, SymbolDictionary symbols)
    {
        var place = schema.SymbolIndex < 0 ? "" : $" of {Encoding.UTF8.GetString(symbols.Name(series.SymbolId).Bytes)}";
        if (schema.TimestampIndex >= 0 && partition.BucketStartNs != long.MinValue)
            place += string.Create(CultureInfo.InvariantCulture, $" on {DateTime.UnixEpoch.AddTicks(partition.BucketStartNs / 100):yyyy-MM-dd}");
        var what = column.Attribute == ColumnAttribute.Sorted ? "SORTED: the value is below the one before it" : "PARTED: the value was there before, with others between";
        return new StorageException(
            StorageErrorKind.BadDefinition, string.Create(CultureInfo.InvariantCulture, $"Column {column.Name} of {table.Name} is not {what}, in row {row + 1}{place}"));
    }

    /// <summary>The first row that breaks the attribute, counted in the partition; -1 where there is none.</summary>
    private long FindViolation(ReadOnlySpan<SegmentSlice> slices)
    {
        _runs.Clear();
        if (_attribute == ColumnAttribute.Sorted)
            return Walk(slices, static (_, key, last) => key < last);
        Walk(slices, static (check, key, _) =>
        {
            check._runs.Add(key);
            return false;
        });
        _runs.Span.Sort();
        for (var i = 1; i < _runs.Count; i++)
        {
            if (_runs[i] == _runs[i - 1])
                return FindSecondRun(slices, _runs[i]);
        }

        return -1;
    }

    private long FindSecondRun(ReadOnlySpan<SegmentSlice> slices, long repeated)
    {
        _runs.Clear();
        _runs.Add(repeated);
        return Walk(slices, static (check, key, _) =>
        {
            if (key != check._runs[0])
                return false;
            check._runs.Add(key);
            return check._runs.Count == 3;
        });
    }

    /// <summary>The first row at which a new value begins and the answer to it, and to the value before, is yes; -1 where there is none.</summary>
    private long Walk(ReadOnlySpan<SegmentSlice> slices, Func<AttributeCheck, long, long, bool> ends)
    {
        var room = stackalloc long[PartRows];
        long row = 0;
        long? last = null;
        foreach (ref readonly var slice in slices)
        {
            var isStored = slice.Segment.HasColumn(_column.Id);
            var rows = slice.PublishedRows;
            for (var from = 0; from < rows; from += PartRows)
            {
                var count = Math.Min(PartRows, rows - from);
                var keys = room;
                if (isStored)
                    keys = OrderKeys.Read(slice.Segment, _column, slice.StartRow + from, count, room);
                else
                    new Span<long>(room, count).Fill(OrderKeys.Null);
                for (var i = 0; i < count; i++, row++)
                {
                    if (keys[i] == last)
                        continue;
                    if (ends(this, keys[i], last ?? OrderKeys.Null))
                        return row;
                    last = keys[i];
                }
            }
        }

        return -1;
    }
}
