using System.Collections.Concurrent;
using Zepto.Native.Memory;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Mutations;

/// <summary>
/// What one UPDATE or DELETE changes: stored rows that go, named by symbol, time and arrival number as a snapshot showed them, and rows that take the
/// place of some of them under the same arrival numbers. In unmanaged memory. Filled by one thread, given to the database once, then disposed.
/// </summary>
public sealed unsafe class RowMutation : IDisposable
{
    private const int LeastRows = 64;
    private const long KeptBytes = 4 * 1024 * 1024;
    private const int PooledMutations = 8;
    private readonly NativeList<RemovedRow> _removed = new();
    private readonly NativeList<RowPlace> _places = new();
    private readonly NativeList<long> _sequences = new();
    private readonly NativeList<int> _order = new();
    private readonly NativeList<byte> _isStored = new();
    private ConcurrentBag<RowMutation>? _pool;
    private MemoryBudget? _budget;
    private long _takenBytes;
    private int _removedCapacity;
    private bool _hasSymbols;
    private bool _hasTimes;
    private bool _isSealed;

    /// <param name="table">The table to change.</param>
    /// <param name="budget">Limits the memory of the mutation; null for no limit.</param>
    public RowMutation(Table table, MemoryBudget? budget = null) => Begin(table, budget, null);

    /// <summary>The table that it changes.</summary>
    public Table Table { get; private set; } = null!;

    /// <summary>Rows named so far.</summary>
    public int RemovedCount => _removed.Count;

    /// <summary>
    /// New values of replaced rows, whole rows in the table's columns. Make room by <see cref="EnsureReplacementCapacity"/>; each row's old version
    /// must be removed as well.
    /// </summary>
    public RowBatch Replacements { get; } = new();

    /// <summary>Arrival numbers of the replacements, which are those of their old versions; as long as the batch's capacity.</summary>
    public Span<long> ReplacementSequences => _sequences.Span;

    /// <summary>Removed rows, in the order of the table once sealed.</summary>
    internal ReadOnlySpan<RemovedRow> Removed => _removed.Span;

    /// <summary>Where the removed rows lie; as long as <see cref="Removed"/>. Filled while the mutation is applied.</summary>
    internal Span<RowPlace> Places => _places.Span;

    /// <summary>Rows of <see cref="Replacements"/> in the order of the table, once sealed.</summary>
    internal ReadOnlySpan<int> ReplacementOrder => _order.Span;

    internal ReadOnlySpan<long> Sequences => _sequences.Span[..Replacements.RowCount];

    /// <summary>Names a row that goes.</summary>
    /// <param name="symbolId">Its symbol; 0 in a table without.</param>
    /// <param name="time">Its designated timestamp; 0 in a table without.</param>
    /// <param name="sequence">Its arrival number.</param>
    public void Remove(int symbolId, long time, long sequence)
    {
        EnsureRemovedCapacity(_removed.Count + 1L);
        _removed.Add(new RemovedRow(_hasTimes ? time : 0, sequence, _hasSymbols ? symbolId : 0, RemovedRow.NoReplacement));
    }

    /// <summary>Names rows that go; symbols and times are looked at where the table has them.</summary>
    public void Remove(ReadOnlySpan<int> symbols, ReadOnlySpan<long> times, ReadOnlySpan<long> sequences)
    {
        EnsureRemovedCapacity(_removed.Count + (long)sequences.Length);
        for (var i = 0; i < sequences.Length; i++)
            _removed.Add(new RemovedRow(_hasTimes ? times[i] : 0, sequences[i], _hasSymbols ? symbols[i] : 0, RemovedRow.NoReplacement));
    }

    /// <summary>Makes room for at least <paramref name="rows"/> replacements in all; spans taken before are invalid then. Throws TooLarge.</summary>
    public void EnsureReplacementCapacity(int rows)
    {
        if (rows <= Replacements.Capacity)
            return;
        rows = Math.Max(rows, (int)Math.Min(Math.Max(LeastRows, Replacements.Capacity * 2L), int.MaxValue));
        Take((rows - Replacements.Capacity) * ReplacementBytes());
        Replacements.EnsureCapacity(rows);
        _sequences.SetCount(Replacements.Capacity);
    }

    /// <summary>Gives the memory back, or the mutation to the pool it was rented from.</summary>
    public void Dispose()
    {
        if (Table is null)
            return;
        Table = null!;
        _budget?.Return(_takenBytes);
        _takenBytes = 0;
        if (_pool is { Count: < PooledMutations } pool)
        {
            End();
            pool.Add(this);
            return;
        }

        Free();
    }

    /// <summary>Readies it for a statement. <paramref name="pool"/>: where it goes when disposed.</summary>
    internal void Begin(Table table, MemoryBudget? budget, ConcurrentBag<RowMutation>? pool)
    {
        (Table, _budget, _pool, _isSealed) = (table, budget, pool, false);
        Replacements.Begin(table);
        _hasSymbols = Replacements.Schema.SymbolIndex >= 0;
        _hasTimes = Replacements.Schema.TimestampIndex >= 0;
    }

    /// <summary>Frees the memory for good.</summary>
    internal void Free()
    {
        Replacements.Dispose();
        _removed.Dispose();
        _places.Dispose();
        _sequences.Dispose();
        _order.Dispose();
        _isStored.Dispose();
        _removedCapacity = 0;
    }

    /// <summary>
    /// Puts both lists in the order of the table and links each removed row with its replacement: the long part of the work that needs no writer
    /// thread. No row may be added afterwards.
    /// </summary>
    internal void Seal()
    {
        if (_isSealed)
            return;
        _isSealed = true;
        var rows = Replacements.RowCount;
        _places.SetCount(_removed.Count);
        _order.SetCount(rows);
        _isStored.SetCount(rows);
        _isStored.Span.Clear();
        for (var i = 0; i < rows; i++)
            _order[i] = i;
        Link();
        Sort(_removed.Span, Comparer<RemovedRow>.Default);
        Sort(_order.Span, Comparer<int>.Create(CompareReplacements));
    }

    /// <summary>Says that the old version of a replacement was found, so that the replacement is stored.</summary>
    internal void MarkStored(int replacement) => _isStored[replacement] = 1;

    /// <summary>Drops replacements whose old versions no longer exist. Returns those that are left.</summary>
    internal int KeepStored()
    {
        var order = _order.Span;
        var kept = 0;
        foreach (var row in order)
        {
            if (_isStored[row] != 0)
                order[kept++] = row;
        }

        _order.SetCount(kept);
        return kept;
    }

    private void Link()
    {
        var removed = _removed.Span;
        var sequences = Sequences;
        // Usually both lists come from one scan, so that they name the rows in the same order.
        var at = 0;
        var linked = 0;
        for (; linked < sequences.Length; linked++, at++)
        {
            while (at < removed.Length && removed[at].Sequence != sequences[linked])
                at++;
            if (at == removed.Length)
                break;
            removed[at] = removed[at] with { Replacement = linked };
        }

        if (linked == sequences.Length)
            return;
        Sort(_order.Span, Comparer<int>.Create((a, b) => Sequences[a].CompareTo(Sequences[b])));
        foreach (ref var row in removed)
            row = row with { Replacement = ReplacementOf(row.Sequence) };
    }

    /// <summary>Binary search in the replacements by arrival number.</summary>
    private int ReplacementOf(long sequence)
    {
        var sequences = Sequences;
        var order = _order.Span;
        int low = 0, high = order.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sequences[order[middle]] < sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low < order.Length && sequences[order[low]] == sequence ? order[low] : RemovedRow.NoReplacement;
    }

    private int CompareReplacements(int a, int b)
    {
        var schema = Replacements.Schema;
        var compared = 0;
        if (schema.SymbolIndex >= 0)
            compared = Replacements.Column<int>(schema.SymbolIndex)[a].CompareTo(Replacements.Column<int>(schema.SymbolIndex)[b]);
        if (compared == 0 && schema.TimestampIndex >= 0)
            compared = Replacements.Column<long>(schema.TimestampIndex)[a].CompareTo(Replacements.Column<long>(schema.TimestampIndex)[b]);
        return compared != 0 ? compared : _sequences[a].CompareTo(_sequences[b]);
    }

    /// <summary>Leaves the order alone when it is right already, the common case.</summary>
    private static void Sort<T>(Span<T> values, Comparer<T> comparer)
    {
        for (var i = 1; i < values.Length; i++)
        {
            if (comparer.Compare(values[i - 1], values[i]) > 0)
            {
                values.Sort(comparer);
                return;
            }
        }
    }

    private void EnsureRemovedCapacity(long rows)
    {
        if (rows <= _removedCapacity)
            return;
        if (rows > Array.MaxLength)
            throw TooLarge();
        var capacity = (int)Math.Min(Math.Max(Math.Max(rows, LeastRows), _removedCapacity * 2L), Array.MaxLength);
        Take((capacity - _removedCapacity) * (long)(sizeof(RemovedRow) + sizeof(RowPlace)));
        _removed.EnsureCapacity(capacity);
        _removedCapacity = capacity;
    }

    /// <summary>Bytes that a replacement takes: its values, arrival number, place in the order and mark.</summary>
    private long ReplacementBytes()
    {
        long bytes = sizeof(long) + sizeof(int) + sizeof(byte);
        foreach (var column in Replacements.Schema.Columns)
            bytes += TableSchema.WidthBytes(column.Type);
        return bytes;
    }

    private void Take(long bytes)
    {
        if (_budget is not null && !_budget.TryTake(bytes))
            throw TooLarge();
        _takenBytes += bytes;
    }

    private StorageException TooLarge() =>
        new(StorageErrorKind.TooLarge, _budget is null
            ? $"The statement changes more than {Array.MaxLength} rows of {Table.Name}"
            : $"The statement changes too many rows: they need more than {_budget.LimitBytes} bytes of memory");

    private void End()
    {
        Replacements.End();
        _removed.Clear();
        _places.Clear();
        _sequences.Clear();
        _order.Clear();
        _isStored.Clear();
        _removedCapacity = 0;
        if (_removed.HeldBytes + _places.HeldBytes + _sequences.HeldBytes + _order.HeldBytes > KeptBytes)
            Free();
    }
}
