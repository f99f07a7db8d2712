namespace Zepto.Storage.Tables;

/// <summary>What a table's rows take.</summary>
/// <param name="Rows">Rows stored.</param>
/// <param name="EncodedRows">Those in encoded segments.</param>
/// <param name="Bytes">Room of all segments, that for rows to come included.</param>
/// <param name="Segments">Segments.</param>
public readonly record struct StoredSize(long Rows, long EncodedRows, long Bytes, long Segments)
{
    /// <summary>Bytes a row takes.</summary>
    public double BytesPerRow => Rows == 0 ? 0 : (double)Bytes / Rows;

    /// <summary>Of two tables.</summary>
    public static StoredSize operator +(StoredSize a, StoredSize b) => new(a.Rows + b.Rows, a.EncodedRows + b.EncodedRows, a.Bytes + b.Bytes, a.Segments + b.Segments);

    internal StoredSize With(in SegmentSlice slice, bool isFirstOfSegment)
    {
        var rows = slice.PublishedRows;
        return new StoredSize(
            Rows + rows, EncodedRows + (slice.Segment.IsEncoded ? rows : 0),
            Bytes + (isFirstOfSegment ? slice.Segment.Allocation.SizeBytes : 0), Segments + (isFirstOfSegment ? 1 : 0));
    }
}
