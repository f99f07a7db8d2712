using System.Globalization;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Tests.Properties;

/// <summary>Reads the columns behind symbol, price and timestamp as text, in the order of <see cref="Mutations.StoredRows"/>.</summary>
internal static class StoredValues
{
    /// <summary>The last so many columns of all rows that were committed; null for NULL.</summary>
    public static List<string?[]> Read(Table table, int columns)
    {
        var rows = new List<(int Symbol, string?[] Values)>();
        var first = table.Schema.Columns.Length - columns;
        for (var s = 0; s < table.SeriesCount; s++)
        {
            foreach (var partition in table.SeriesAt(s).Partitions.Span)
            {
                foreach (var slice in partition.StateAt(table.CommittedSequence).Slices)
                {
                    var end = slice.StartRow + slice.VisibleRows(table.CommittedSequence);
                    for (var row = slice.StartRow; row < end; row++)
                        rows.Add((table.SeriesAt(s).SymbolId, [.. Enumerable.Range(first, columns).Select(c => Text(slice.Segment, table, c, row))]));
                }
            }
        }

        return [.. rows.OrderBy(r => r.Symbol).Select(r => r.Values)];
    }

    private static unsafe string? Text(Segment segment, Table table, int column, int row)
    {
        var id = table.Schema.IdOf(column);
        if (!segment.HasColumn(id))
            return null;
        long room;
        var value = segment.Read(id, row, 1, &room);
        return table.Schema.Columns[column].Type switch
        {
            ColumnType.String => *(int*)value == Nulls.Code ? null : table.Strings(column)!.Text(*(int*)value).Text(),
            ColumnType.Int64 => *(long*)value == Nulls.Int64 ? null : (*(long*)value).ToString(CultureInfo.InvariantCulture),
            ColumnType.Int32 => *(int*)value == Nulls.Int32 ? null : (*(int*)value).ToString(CultureInfo.InvariantCulture),
            ColumnType.Float64 => Nulls.IsNull(*(double*)value) ? null : (*(double*)value).ToString("R", CultureInfo.InvariantCulture),
            ColumnType.Bool => *(byte*)value == Nulls.Bool ? null : (*(byte*)value).ToString(CultureInfo.InvariantCulture),
            var type => throw new ArgumentOutOfRangeException(nameof(column), type, null),
        };
    }
}
