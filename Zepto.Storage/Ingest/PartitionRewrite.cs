using Zepto.Native.Memory;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Makes the slices of a partition's next state: the stored rows without the removed ones, merged with new rows by time and arrival number. Long runs of
/// untouched rows stay where they are, as slices of their segments; the rest is copied to new segments. Used by one writer thread.
/// </summary>
internal sealed unsafe class PartitionRewrite(PartitionAppender appender) : IDisposable
{
    private const int SmallestCapacity = 64;

    /// <summary>
    /// Untouched slices shorter than this are copied along with their neighbours, so that late rows do not leave splinters. A longer beginning of a
    /// slice stays: most late rows are not very late.
    /// </summary>
    private const int SplinterRows = 1024;

    /// <summary>Other untouched runs stay from this length on, so that slices remain long.</summary>
    private const int KeptRunRows = 16384;

    private const long KeptBytes = 4 * 1024 * 1024;
    private readonly NativeList<Piece> _plan = new();
    private readonly NativeList<int> _rows = new();
    private readonly NativeList<int> _zeros = new();
    private readonly NativeBuffer _decoded = new();
    private readonly List<SegmentSlice> _next = [];
    private TableSchema _schema = null!;
    private Segment? _output;
    private long _left;

    /// <summary>The next slices, new segments published; the last one is open where rows may be appended to it.</summary>
    /// <param name="slices">Stored rows, in time order.</param>
    /// <param name="removed">Rows that go, in order.</param>
    /// <param name="rows">Rows that come; their columns are those of the new segments. Columns that a stored segment lacks become NULL.</param>
    public SegmentSlice[] Run(ReadOnlySpan<SegmentSlice> slices, ReadOnlySpan<RowPlace> removed, in NewRows rows)
    {
        _schema = rows.Batch.Schema;
        _plan.Clear();
        _next.Clear();
        Plan(slices, removed, rows);
        CopySplinters();
        var plan = _plan.Span;
        for (var i = 0; i < plan.Length;)
        {
            if (plan[i].IsKept)
            {
                Keep(slices[plan[i].Slice], plan[i], isLast: i == plan.Length - 1);
                i++;
                continue;
            }

            var end = i;
            for (_left = 0; end < plan.Length && !plan[end].IsKept; end++)
                _left += plan[end].RowCount;
            Copy(slices, plan[i..end], rows);
            i = end;
            if (end == plan.Length)
                _next[^1] = SegmentSlice.Open(_next[^1].Segment, 0);
        }

        if (_plan.HeldBytes > KeptBytes)
            _plan.Dispose();
        return [.. _next];
    }

    public void Dispose()
    {
        _plan.Dispose();
        _rows.Dispose();
        _zeros.Dispose();
        _decoded.Dispose();
    }

    private void Plan(ReadOnlySpan<SegmentSlice> slices, ReadOnlySpan<RowPlace> removed, in NewRows rows)
    {
        var (nextRemoved, nextNew) = (0, 0);
        for (var s = 0; s < slices.Length; s++)
        {
            var order = new RowOrder(slices[s], _schema);
            for (var row = 0; row < order.RowCount;)
            {
                var removedRow = nextRemoved < removed.Length && removed[nextRemoved].Slice == s ? removed[nextRemoved].Row : order.RowCount;
                var newRow = nextNew < rows.Order.Length ? PlaceOf(order, row, rows, nextNew) : order.RowCount;
                var end = Math.Min(removedRow, newRow);
                AddStored(s, row, end - row, order.RowCount);
                row = end;
                if (newRow == end && row < order.RowCount)
                {
                    var first = nextNew++;
                    while (nextNew < rows.Order.Length && order.Compare(row, rows.Time(nextNew), rows.Sequence(nextNew)) >= 0)
                        nextNew++;
                    AddNew(first, nextNew - first);
                    continue;
                }

                while (nextRemoved < removed.Length && removed[nextRemoved] == new RowPlace(s, row))
                {
                    nextRemoved++;
                    row++;
                }
            }
        }

        AddNew(nextNew, rows.Order.Length - nextNew);
    }

    /// <summary>The stored row that a new row goes before. Most go behind the whole slice or near the last place.</summary>
    private static int PlaceOf(in RowOrder order, int from, in NewRows rows, int i)
    {
        var (time, sequence) = (rows.Time(i), rows.Sequence(i));
        return order.Compare(order.RowCount - 1, time, sequence) < 0 ? order.RowCount : order.Find(from, time, sequence);
    }

    private void AddStored(int slice, int from, int rowCount, int sliceRows)
    {
        if (rowCount == 0)
            return;
        var isKept = rowCount == sliceRows || rowCount >= (from == 0 ? SplinterRows : KeptRunRows);
        _plan.Add(new Piece(slice, from, rowCount, isKept));
    }

    private void AddNew(int from, int rowCount)
    {
        if (rowCount == 0)
            return;
        if (_plan.Count > 0 && _plan[_plan.Count - 1] is { IsNew: true } last)
            _plan[_plan.Count - 1] = last with { RowCount = last.RowCount + rowCount };
        else
            _plan.Add(new Piece(Piece.NewRows, from, rowCount, IsKept: false));
    }

    private void CopySplinters()
    {
        var plan = _plan.Span;
        for (var i = 1; i < plan.Length; i++)
            CopyBeside(ref plan[i], plan[i - 1]);
        for (var i = plan.Length - 2; i >= 0; i--)
            CopyBeside(ref plan[i], plan[i + 1]);
    }

    private static void CopyBeside(ref Piece piece, in Piece neighbour)
    {
        if (piece is { IsKept: true, RowCount: < SplinterRows } && !neighbour.IsKept)
            piece = piece with { IsKept = false };
    }

    private void Keep(in SegmentSlice slice, in Piece piece, bool isLast)
    {
        var startRow = slice.StartRow + piece.From;
        var staysOpen = isLast && slice.IsOpen && piece.From + piece.RowCount == slice.PublishedRows;
        _next.Add(staysOpen ? SegmentSlice.Open(slice.Segment, startRow) : new SegmentSlice(slice.Segment, startRow, piece.RowCount));
    }

    private void Copy(ReadOnlySpan<SegmentSlice> slices, ReadOnlySpan<Piece> pieces, in NewRows rows)
    {
        _output = null;
        for (var i = 0; i < pieces.Length;)
        {
            if (pieces[i].IsNew)
            {
                CopyNew(rows, pieces[i].From, pieces[i].RowCount);
                i++;
                continue;
            }

            // What is left of a slice between removed rows is copied at once.
            var slice = pieces[i].Slice;
            _rows.Clear();
            for (; i < pieces.Length && pieces[i].Slice == slice; i++)
            {
                for (var row = 0; row < pieces[i].RowCount; row++)
                    _rows.Add(pieces[i].From + row);
            }

            CopyStored(slices[slice], _rows.Span);
        }

        Seal();
    }

    private void CopyNew(in NewRows rows, int from, int rowCount)
    {
        while (rowCount > 0)
        {
            var segment = Room(out var startRow);
            var count = Math.Min(rowCount, segment.Capacity - startRow);
            var part = rows.Order.Slice(from, count);
            for (var i = 0; i < count; i++)
                *segment.SequenceAddress(startRow + i) = rows.Sequence(from + i);
            foreach (var column in segment.Layout.Columns)
                ColumnCopy.Gather(segment, column.Id, startRow, rows.Batch.Address(_schema.IndexOf(column.Id)), part);
            segment.Publish(startRow + count);
            (from, rowCount, _left) = (from + count, rowCount - count, _left - count);
        }
    }

    private void CopyStored(in SegmentSlice slice, ReadOnlySpan<int> rows)
    {
        while (rows.Length > 0)
        {
            var segment = Room(out var startRow);
            var part = rows[..Math.Min(rows.Length, segment.Capacity - startRow)];
            // Of an encoded segment only the rows between the first and the last one are decoded.
            var (first, count) = (part[0], part[^1] - part[0] + 1);
            if (slice.Segment.IsEncoded)
                _decoded.EnsureCapacity((long)count * sizeof(long));
            var from = slice.Segment.ReadSequences(slice.StartRow + first, count, (long*)_decoded.Address) - first;
            var to = segment.SequenceAddress(startRow);
            for (var i = 0; i < part.Length; i++)
                to[i] = from[part[i]];
            foreach (var column in segment.Layout.Columns)
            {
                if (slice.Segment.HasColumn(column.Id))
                    ColumnCopy.Gather(segment, column.Id, startRow, (byte*)slice.Segment.Read(column.Id, slice.StartRow + first, count, _decoded.Address) - (first * column.WidthBytes), part);
                else
                    CopyNull(segment, column, startRow, part.Length);
            }

            segment.Publish(startRow + part.Length);
            rows = rows[part.Length..];
            _left -= part.Length;
        }
    }

    private void CopyNull(Segment segment, StoredColumn column, int startRow, int rowCount)
    {
        var had = _zeros.Count;
        if (had < rowCount)
        {
            _zeros.SetCount(rowCount);
            _zeros.Span[had..].Clear();
        }

        var value = Nulls.BitsOf(column.Type);
        ColumnCopy.Gather(segment, column.Id, startRow, (byte*)&value, _zeros.Span[..rowCount]);
    }

    /// <summary>The segment that is being filled, or one with room for the rows that are left.</summary>
    private Segment Room(out int startRow)
    {
        if (_output is not null && _output.PublishedRows == _output.Capacity)
            Seal();
        if (_output is null)
        {
            var capacity = SmallestCapacity;
            while (capacity < _left && capacity < PartitionAppender.LargestCapacity)
                capacity *= 4;
            _output = appender.NewSegment(_schema.Layout, capacity);
        }

        startRow = _output.PublishedRows;
        return _output;
    }

    private void Seal()
    {
        if (_output is not null)
            _next.Add(new SegmentSlice(_output, 0, _output.PublishedRows));
        _output = null;
    }

    /// <summary>Consecutive rows of the next state: of a slice, or of the new rows in order.</summary>
    private readonly record struct Piece(int Slice, int From, int RowCount, bool IsKept)
    {
        /// <summary>Value of <see cref="Slice"/> for new rows.</summary>
        public const int NewRows = -1;

        public bool IsNew => Slice == NewRows;
    }
}
