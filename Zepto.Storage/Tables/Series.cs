using System.Diagnostics.CodeAnalysis;

namespace Zepto.Storage.Tables;

/// <summary>All partitions of one symbol, or of a whole table without symbols.</summary>
public sealed class Series
{
    private Partition[] _partitions = [];

    internal Series(int symbolId) => SymbolId = symbolId;

    /// <summary>Symbol id; 0 for a table without a SYMBOL column.</summary>
    public int SymbolId { get; }

    /// <summary>
    /// Partitions by time, none of which was made after the call; some may have no rows. What it returns never changes, but the next call may return
    /// more, also between two of these, and leave out empty ones: who keeps a position must keep the partitions that it counts in.
    /// </summary>
    public ReadOnlyMemory<Partition> Partitions => Volatile.Read(ref _partitions);

    /// <summary>Puts all partitions back, in the order they were stored; before the series has any reader.</summary>
    internal void Restore(Partition[] partitions) => _partitions = partitions;

    /// <summary>The partition of a bucket, made when missing; writer only.</summary>
    internal Partition GetOrAdd(long bucketStartNs, out bool added)
    {
        var partitions = _partitions;
        var place = PlaceOf(bucketStartNs);
        added = place == partitions.Length || partitions[place].BucketStartNs != bucketStartNs;
        if (!added)
            return partitions[place];
        var partition = new Partition(bucketStartNs);
        Volatile.Write(ref _partitions, [.. partitions.AsSpan(0, place), partition, .. partitions.AsSpan(place)]);
        return partition;
    }

    /// <summary>The partition of a bucket, if there is one; writer only.</summary>
    internal bool TryGet(long bucketStartNs, [NotNullWhen(true)] out Partition? partition)
    {
        var place = PlaceOf(bucketStartNs);
        partition = place < _partitions.Length && _partitions[place].BucketStartNs == bucketStartNs ? _partitions[place] : null;
        return partition is not null;
    }

    /// <summary>Takes an empty partition out; writer only.</summary>
    internal void Remove(Partition partition)
    {
        if (Array.IndexOf(_partitions, partition) is >= 0 and var place)
            Volatile.Write(ref _partitions, [.. _partitions.AsSpan(0, place), .. _partitions.AsSpan(place + 1)]);
    }

    /// <summary>The first partition that is not before a bucket.</summary>
    private int PlaceOf(long bucketStartNs)
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

        return low;
    }
}
