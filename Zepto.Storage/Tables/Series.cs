namespace Zepto.Storage.Tables;

/// <summary>All partitions of one symbol, or of a whole table without symbols.</summary>
public sealed class Series
{
    private Partition[] _partitions = [];

    internal Series(int symbolId) => SymbolId = symbolId;

    /// <summary>Symbol id; 0 for a table without a SYMBOL column.</summary>
    public int SymbolId { get; }

    /// <summary>
    /// Partitions by time, none of which was made after the call. What it returns never changes, but the next call may return more, also between
    /// two of these: who keeps a position must keep the partitions that it counts in.
    /// </summary>
    public ReadOnlyMemory<Partition> Partitions => Volatile.Read(ref _partitions);

    /// <summary>Puts all partitions back, in the order they were stored; before the series has any reader.</summary>
    internal void Restore(Partition[] partitions) => _partitions = partitions;

    /// <summary>The partition of a bucket, made when missing; writer only.</summary>
    internal Partition GetOrAdd(long bucketStartNs, out bool added)
    {
        var partitions = _partitions;
        var low = 0;
        var high = partitions.Length;
        // Most rows belong to the newest partition.
        if (high > 0 && partitions[high - 1].BucketStartNs < bucketStartNs)
            low = high;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (partitions[middle].BucketStartNs < bucketStartNs)
                low = middle + 1;
            else
                high = middle;
        }

        added = low == partitions.Length || partitions[low].BucketStartNs != bucketStartNs;
        if (!added)
            return partitions[low];
        var partition = new Partition(bucketStartNs);
        Volatile.Write(ref _partitions, [.. partitions.AsSpan(0, low), partition, .. partitions.AsSpan(low)]);
        return partition;
    }
}
