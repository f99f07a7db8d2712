using Zepto.Storage.Segments;

namespace Zepto.Storage.Ingest;

/// <summary>Makes a segment's statistics exact again after rows behind its published ones were given up, by a failed statement or a crash.</summary>
internal static unsafe class SegmentStatistics
{
    /// <summary>
    /// Recomputes the blocks that held rows from <paramref name="rows"/> up to <paramref name="givenUpEnd"/>. Readers may look at the rows below
    /// meanwhile: each figure goes from one right for them to another.
    /// </summary>
    public static void Recompute(Segment segment, int rows, int givenUpEnd)
    {
        for (var block = rows / Segment.BlockRows; block < Segment.BlockCount(givenUpEnd); block++)
        {
            var start = block * Segment.BlockRows;
            var count = Math.Clamp(rows - start, 0, Segment.BlockRows);
            for (var position = 0; position < segment.Layout.Columns.Length; position++)
            {
                var type = segment.Layout.Columns[position].Type;
                var exact = BlockStatistics.Empty(type);
                if (count > 0)
                {
                    // Each value is written over itself, which no reader can tell.
                    var values = (byte*)segment.AddressAt(position, start);
                    ColumnCopy.Copy(type, values, values, ColumnCopy.Identity(count), ref exact);
                }

                segment.StatisticsAt(position, block) = exact;
            }
        }
    }
}
