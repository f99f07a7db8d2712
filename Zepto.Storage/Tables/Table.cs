using Zepto.Storage.Dictionaries;
using Zepto.Storage.Mutations;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Tables;

/// <summary>
/// One table. Readers take <see cref="CommittedSequence"/> or a <see cref="Snapshot"/> once and see exactly the rows whose arrival number is not above it: whole statements
/// only. They hold an epoch lease meanwhile and take no lock.
/// </summary>
public sealed class Table : IDisposable
{
    private const long Forever = -1;
    private readonly IdMap<Series> _bySymbol = new();
    private TableSchema _schema;
    // By column id. A dropped column's stays as long as the table: earlier statements may still look at it.
    private StringDictionary?[] _strings;
    private Series[] _series = new Series[16];
    private int _seriesCount;
    private long _committedSequence;
    private long _columnsChangedIn;
    private long _unusedSequences;
    private int _mutationVersion;
    private long _retentionNs = Forever;
    private volatile bool _isDropped;

    internal Table(int id, string name, TableSchema schema)
    {
        Id = id;
        Name = name;
        _schema = schema;
        _strings = MakeDictionaries(schema, []);
    }

    public int Id { get; }

    public string Name { get; }

    /// <summary>
    /// Columns now; replaced as a whole when one is added, renamed or dropped. Who reads rows takes <see cref="CommittedSequence"/> first and the
    /// schema then: the rows of the snapshot were stored for that schema or earlier ones.
    /// </summary>
    public TableSchema Schema => Volatile.Read(ref _schema);

    /// <summary>
    /// Number of the last whole statement: the arrival number of its last row, the first row has 1; an UPDATE or DELETE takes one number that no row has.
    /// </summary>
    public long CommittedSequence => Volatile.Read(ref _committedSequence);

    /// <summary>As of the last statement in place, committed or waiting for the log to be flushed; writer only.</summary>
    internal TableSnapshot Appended { get; set; }

    /// <summary>Rows stored by whole statements.</summary>
    public long RowCount => Snapshot().RowCount;

    /// <summary>How long rows are kept by their designated timestamp, ns; null for ever.</summary>
    public long? RetentionNs => Volatile.Read(ref _retentionNs) is var ns and not Forever ? ns : null;

    /// <summary>One UPDATE or DELETE at a time.</summary>
    internal MutationGate Mutations { get; } = new();

    /// <summary>Series made so far, in the order of their first rows.</summary>
    public int SeriesCount => Volatile.Read(ref _seriesCount);

    /// <summary>Set by DROP TABLE: statements that still hold the table may finish reading, writers refuse.</summary>
    public bool IsDropped
    {
        get => _isDropped;
        internal set => _isDropped = value;
    }

    /// <summary>What whole statements have stored, number and rows of the same moment; hold an epoch lease to read the rows. Never waits for storing.</summary>
    public TableSnapshot Snapshot()
    {
        var wait = new SpinWait();
        while (true)
        {
            // A seqlock that only mutations take: inserts leave the unused numbers alone.
            var version = Volatile.Read(ref _mutationVersion);
            var sequence = Volatile.Read(ref _committedSequence);
            var unused = Volatile.Read(ref _unusedSequences);
            if ((version & 1) == 0 && Volatile.Read(ref _mutationVersion) == version)
                return new TableSnapshot(sequence, sequence - unused);
            wait.SpinOnce();
        }
    }

    public Series SeriesAt(int index) => Volatile.Read(ref _series)[index];

    /// <summary>Dictionary of a STRING column, also of one dropped since; null for other types.</summary>
    public StringDictionary? Strings(ColumnId column)
    {
        var strings = Volatile.Read(ref _strings);
        return (uint)column.Value < (uint)strings.Length ? strings[column.Value] : null;
    }

    /// <summary>As <see cref="Strings(ColumnId)"/>, by the place in the columns of now.</summary>
    public StringDictionary? Strings(int column) => Strings(Schema.IdOf(column));

    /// <summary>The series of a symbol.</summary>
    public bool TryGetSeries(int symbolId, out Series series)
    {
        series = _bySymbol.Find(symbolId)!;
        return series is not null;
    }

    /// <summary>Writer only.</summary>
    internal Series GetOrAddSeries(int symbolId)
    {
        if (TryGetSeries(symbolId, out var series))
            return series;
        series = new Series(symbolId);
        _bySymbol.Add(symbolId, series);
        if (_seriesCount == _series.Length)
        {
            var grown = new Series[_series.Length * 2];
            _series.CopyTo(grown, 0);
            Volatile.Write(ref _series, grown);
        }

        _series[_seriesCount] = series;
        Volatile.Write(ref _seriesCount, _seriesCount + 1);
        return series;
    }

    /// <summary>Makes all statements up to a number visible at once, <paramref name="rowCount"/> rows in all; writer only.</summary>
    internal void Commit(long sequence, long rowCount)
    {
        if (Appended.Sequence <= sequence)
            Appended = new TableSnapshot(sequence, rowCount);
        var unused = sequence - rowCount;
        if (unused == _unusedSequences)
        {
            Volatile.Write(ref _committedSequence, sequence);
            return;
        }

        Interlocked.Increment(ref _mutationVersion);
        Volatile.Write(ref _unusedSequences, unused);
        Volatile.Write(ref _committedSequence, sequence);
        Interlocked.Increment(ref _mutationVersion);
    }

    /// <summary>Writer only, or before the table has one.</summary>
    internal void SetRetention(long? ns) => Volatile.Write(ref _retentionNs, ns ?? Forever);

    /// <summary>Whether a whole partition with rows lies before a time; any thread.</summary>
    internal bool HasRowsBefore(long time)
    {
        for (var i = 0; i < SeriesCount; i++)
        {
            foreach (var partition in SeriesAt(i).Partitions.Span)
            {
                if (partition.IsBefore(time) && partition.State.Slices.Length > 0)
                    return true;
            }
        }

        return false;
    }

    /// <summary>Rows and the room of the segments they lie in, about now; any thread.</summary>
    public StoredSize Measure()
    {
        var size = default(StoredSize);
        var seen = new HashSet<Segment>();
        for (var i = 0; i < SeriesCount; i++)
        {
            foreach (var partition in SeriesAt(i).Partitions.Span)
            {
                seen.Clear();
                foreach (ref readonly var slice in partition.State.Slices)
                    size = size.With(slice, seen.Add(slice.Segment));
            }
        }

        return size;
    }

    /// <summary>Rows of all partitions' present states, between statements; writer only.</summary>
    internal long PublishedRows()
    {
        long rows = 0;
        for (var i = 0; i < SeriesCount; i++)
        {
            foreach (var partition in SeriesAt(i).Partitions.Span)
                rows += partition.PublishedRows;
        }

        return rows;
    }

    /// <summary>Epoch after which no statement has a plan for earlier columns; 0 where they never changed.</summary>
    internal long ColumnsChangedIn
    {
        get => Volatile.Read(ref _columnsChangedIn);
        set => Volatile.Write(ref _columnsChangedIn, value);
    }

    /// <summary>Writer only, so that no batch is between the old and the new columns.</summary>
    internal void Replace(TableSchema schema)
    {
        Volatile.Write(ref _strings, MakeDictionaries(schema, _strings));
        Volatile.Write(ref _schema, schema);
    }

    /// <summary>Frees what scans keep beside the rows; no reader may be running.</summary>
    internal void FreeIndexes()
    {
        for (var i = 0; i < SeriesCount; i++)
        {
            foreach (var partition in SeriesAt(i).Partitions.Span)
            {
                foreach (ref readonly var slice in partition.State.Slices)
                    slice.Segment.FreeIndexes();
            }
        }
    }

    public void Dispose()
    {
        foreach (var strings in _strings)
            strings?.Dispose();
    }

    private static StringDictionary?[] MakeDictionaries(TableSchema schema, StringDictionary?[] existing)
    {
        var strings = new StringDictionary?[schema.NextId.Value];
        existing.CopyTo(strings, 0);
        for (var i = 0; i < schema.Columns.Length; i++)
        {
            if (schema.Columns[i].Type == ColumnType.String)
                strings[schema.IdOf(i).Value] ??= new StringDictionary();
        }

        return strings;
    }
}
