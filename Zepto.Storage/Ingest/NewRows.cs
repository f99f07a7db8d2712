namespace Zepto.Storage.Ingest;

/// <summary>Rows of a batch that go into one partition, in time order, and their arrival numbers.</summary>
internal readonly unsafe ref struct NewRows
{
    private readonly long* _times;
    private readonly long _firstSequence;
    private readonly ReadOnlySpan<long> _sequences;

    private NewRows(RowBatch batch, ReadOnlySpan<int> order)
    {
        Batch = batch;
        Order = order;
        _times = batch.Schema.TimestampIndex < 0 ? null : (long*)batch.Address(batch.Schema.TimestampIndex);
    }

    /// <summary>Rows that have arrived now: row r of the batch has the number <paramref name="firstSequence"/> + r.</summary>
    public NewRows(RowBatch batch, ReadOnlySpan<int> order, long firstSequence) : this(batch, order) => _firstSequence = firstSequence;

    /// <summary>Rows that keep the numbers of their old versions: row r of the batch has <paramref name="sequences"/>[r].</summary>
    public NewRows(RowBatch batch, ReadOnlySpan<int> order, ReadOnlySpan<long> sequences) : this(batch, order) => _sequences = sequences;

    public RowBatch Batch { get; }

    /// <summary>Rows of the batch in time order.</summary>
    public ReadOnlySpan<int> Order { get; }

    /// <summary>Time of the i-th in order; 0 where the table has no timestamp.</summary>
    public long Time(int i) => _times == null ? 0 : _times[Order[i]];

    /// <summary>Arrival number of the i-th in order.</summary>
    public long Sequence(int i) => _sequences.IsEmpty ? _firstSequence + Order[i] : _sequences[Order[i]];
}
