using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Tables;

/// <summary>
/// One table. Readers take <see cref="CommittedSequence"/> once and see exactly the rows whose arrival number is not above it: whole statements
/// only. They hold an epoch lease meanwhile and take no lock.
/// </summary>
public sealed class Table : IDisposable
{
    private readonly IdMap<Series> _bySymbol = new();
    private TableSchema _schema;
    private StringDictionary?[] _strings;
    private Series[] _series = new Series[16];
    private int _seriesCount;
    private long _committedSequence;
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

    /// <summary>Columns now; replaced as a whole by ADD COLUMN.</summary>
    public TableSchema Schema => Volatile.Read(ref _schema);

    /// <summary>Arrival number of the last row of the last whole statement; the first row has 1.</summary>
    public long CommittedSequence => Volatile.Read(ref _committedSequence);

    /// <summary>Arrival number of the last row stored, committed or waiting for the log to be flushed; writer only.</summary>
    internal long AppendedSequence { get; set; }

    /// <summary>Rows stored by whole statements.</summary>
    public long RowCount => CommittedSequence;

    /// <summary>Series made so far, in the order of their first rows.</summary>
    public int SeriesCount => Volatile.Read(ref _seriesCount);

    /// <summary>Set by DROP TABLE: statements that still hold the table may finish reading, writers refuse.</summary>
    public bool IsDropped
    {
        get => _isDropped;
        internal set => _isDropped = value;
    }

    public Series SeriesAt(int index) => Volatile.Read(ref _series)[index];

    /// <summary>Dictionary of a STRING column; null for other types.</summary>
    public StringDictionary? Strings(int column) => Volatile.Read(ref _strings)[column];

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

    /// <summary>Makes all rows up to a number visible at once; writer only.</summary>
    internal void Commit(long sequence)
    {
        AppendedSequence = Math.Max(AppendedSequence, sequence);
        Volatile.Write(ref _committedSequence, sequence);
    }

    /// <summary>Writer only, so that no batch is between the old and the new columns.</summary>
    internal void Replace(TableSchema schema)
    {
        Volatile.Write(ref _strings, MakeDictionaries(schema, _strings));
        Volatile.Write(ref _schema, schema);
    }

    public void Dispose()
    {
        foreach (var strings in _strings)
            strings?.Dispose();
    }

    private static StringDictionary?[] MakeDictionaries(TableSchema schema, StringDictionary?[] existing)
    {
        var strings = new StringDictionary?[schema.Columns.Length];
        existing.CopyTo(strings, 0);
        for (var i = existing.Length; i < strings.Length; i++)
            strings[i] = schema.Columns[i].Type == ColumnType.String ? new StringDictionary() : null;
        return strings;
    }
}
