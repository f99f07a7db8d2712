namespace Zepto.Storage.Indexes;

/// <summary>Rows of a segment from <paramref name="Start"/> to before <paramref name="End"/>.</summary>
public readonly record struct RowRange(int Start, int End);

/// <summary>Keys from <paramref name="First"/> to <paramref name="Last"/>, both included; see <see cref="OrderKeys"/>.</summary>
public readonly record struct KeyRange(long First, long Last);

/// <summary>
/// Rows of a segment as ranges that ascend and do not touch, in memory of a fixed size. What does not fit makes it <see cref="IsOverfull"/>: then it says
/// nothing.
/// </summary>
public unsafe struct RowRanges(RowRange* memory, int capacity)
{
    /// <summary>Ranges it has.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there were more ranges than it can hold.</summary>
    public bool IsOverfull { get; private set; }

    public readonly ReadOnlySpan<RowRange> Span => new(memory, Count);

    public void Clear()
    {
        Count = 0;
        IsOverfull = false;
    }

    /// <summary>Appends rows, none of which is before those that it has.</summary>
    public void Append(int start, int end)
    {
        if (start >= end)
            return;
        if (Count > 0 && memory[Count - 1].End >= start)
            memory[Count - 1] = new RowRange(memory[Count - 1].Start, Math.Max(end, memory[Count - 1].End));
        else if (Count < capacity)
            memory[Count++] = new RowRange(start, end);
        else
            IsOverfull = true;
    }

    /// <summary>Becomes the rows that two others have in common.</summary>
    public void Intersect(ReadOnlySpan<RowRange> left, ReadOnlySpan<RowRange> right)
    {
        Clear();
        for (int i = 0, j = 0; i < left.Length && j < right.Length;)
        {
            Append(Math.Max(left[i].Start, right[j].Start), Math.Min(left[i].End, right[j].End));
            if (left[i].End < right[j].End)
                i++;
            else
                j++;
        }
    }
}
