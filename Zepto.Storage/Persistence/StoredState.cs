using System.Globalization;
using System.Security.Cryptography;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Epochs;
using Zepto.Storage.Extents;
using Zepto.Storage.Log;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Persistence;

/// <summary>
/// What a database starts from and what stands behind it: empty anonymous memory, or a data directory at its last checkpoint and the statements that its
/// log has after it. Owned by the database.
/// </summary>
internal sealed class StoredState : IDisposable
{
    private readonly DatabaseOptions _options;
    private readonly DataDirectory? _directory;
    private DictionaryFiles? _dictionaries;
    private readonly Dictionary<int, long> _includedLsns = [];
    private IReadOnlyList<(string Path, long Bytes, long Number)> _replayed = [];
    private ExtentStore _extents = null!;

    private StoredState(DatabaseOptions options, DataDirectory? directory) => (_options, _directory) = (options, directory);

    public SegmentAllocator Allocator { get; private set; } = null!;

    public SymbolDictionary Symbols { get; } = new();

    public List<Table> Tables { get; } = [];

    public int NextTableId { get; set; } = 1;

    /// <summary>Null for anonymous memory, and for a directory that is only read.</summary>
    public Checkpointer? Checkpointer { get; private set; }

    /// <summary>Null for anonymous memory, for a directory that is only read, and without durability.</summary>
    public WriteAheadLog? Log { get; private set; }

    /// <summary>Number of the log file that would come next where there is no log.</summary>
    public long NextLogFile { get; private set; }

    /// <summary>Whether statements were replayed, which a checkpoint spares the next start.</summary>
    public bool HasReplayed => _replayed.Count > 0;

    /// <summary>Opens what the options say. Throws StorageException: Locked, Unwritable or Damaged.</summary>
    public static StoredState Open(DatabaseOptions options, EpochRegistry epochs, StorageStatistics statistics)
    {
        var state = new StoredState(options, options.DataDirectory is { } path ? DataDirectory.Open(path) : null);
        try
        {
            if (state._directory is { } directory)
                state.Load(directory, epochs, statistics);
            else
                state.UseExtents(null, 0);
            return state;
        }
        catch (Exception error)
        {
            state.Dispose();
            if (FileFormat.IsFileError(error))
                throw FileFormat.Unwritable(state._directory?.Path ?? "", error);
            throw;
        }
    }

    /// <summary>LSN of the last record that a table had in the checkpoint.</summary>
    public long IncludedLsn(Table table) => _includedLsns.GetValueOrDefault(table.Id);

    /// <summary>Marks the clean stop, after the last checkpoint; the log has nothing that is needed.</summary>
    public void MarkStopped()
    {
        _directory?.MarkStopped();
        Log?.DeleteBefore(Log.NextFileNumber);
    }

    /// <summary>After a checkpoint without a log: deletes what was replayed from an earlier one.</summary>
    public void DeleteReplayed()
    {
        foreach (var (path, _, _) in _replayed)
            File.Delete(path);
    }

    /// <summary>Leaves the directory at its last checkpoint, or as it was opened.</summary>
    public void MarkAbandoned()
    {
        _directory?.MarkStopped();
        Log?.Discard();
    }

    public void Dispose()
    {
        foreach (var table in Tables)
            table.Dispose();
        Symbols.Dispose();
        Log?.Dispose();
        Checkpointer?.Dispose();
        _dictionaries?.Dispose();
        Allocator?.Dispose();
        _directory?.Dispose();
    }

    private void UseExtents(string? directory, ulong directoryId)
    {
        _extents = new ExtentStore(directory, directoryId, _options.ExtentBytes, _options.BeforeReserving);
        Allocator = new SegmentAllocator(_extents);
    }

    private void Load(DataDirectory directory, EpochRegistry epochs, StorageStatistics statistics)
    {
        var manifest = directory.ReadManifest() is { } file ? Manifest.Decode(directory.ManifestPath, file) : FirstManifest(directory);
        UseExtents(directory.ExtentsPath, manifest.DirectoryId);
        _dictionaries = new DictionaryFiles(directory.DictionariesPath, manifest.DirectoryId);
        _extents.Open(manifest.ExtentLengths);
        NextTableId = manifest.NextTableId;
        LoadTables(directory, manifest);
        LoadDictionaries(directory, manifest);
        directory.DeleteExtentsFrom(manifest.ExtentLengths.Length);
        _dictionaries.DeleteUnknown();
        if (directory is { WasRunning: true, WasUnlogged: true })
        {
            var taken = DateTime.UnixEpoch.AddTicks(manifest.TakenAtNs / 100).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            _options.Log?.Invoke($"data directory {directory.Path} was not closed: it is at its checkpoint {manifest.CheckpointNumber} of {taken} UTC, rows stored after it are lost");
        }

        LogEnd end;
        using (var replay = new LogReplay(this, epochs, statistics))
        {
            end = new LogRecovery(_options, directory, manifest, replay).Run();
            (_replayed, NextLogFile) = (end.Files, end.NextFile);
        }

        if (!_options.Recover)
            BeginWriting(directory, manifest, statistics, end);
    }

    private void BeginWriting(DataDirectory directory, Manifest manifest, StorageStatistics statistics, LogEnd end)
    {
        Symbols.LoggedCount = Symbols.SettledCount();
        foreach (var table in Tables)
        {
            foreach (var id in table.Schema.Ids)
            {
                if (table.Strings(id) is { } strings)
                    strings.LoggedCount = strings.SettledCount();
            }
        }

        var isLogged = _options.Durability != Durability.Off;
        if (isLogged)
            Log = new WriteAheadLog(_options, statistics, directory, manifest.DirectoryId, Symbols, end);
        directory.MarkRunning(isLogged);
        directory.SetReserveAside();
        Checkpointer = new Checkpointer(directory, manifest, _extents, Allocator, _dictionaries!, Symbols, Log);
    }

    private static Manifest FirstManifest(DataDirectory directory)
    {
        var manifest = new Manifest
        {
            DirectoryId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
            CheckpointNumber = 1,
            TakenAtNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
            NextTableId = 1,
            LogFile = 1,
            LogLsn = 0,
            ExtentLengths = [],
            Dictionaries = [],
            TableCount = 0,
            Tables = default,
        };
        directory.WriteManifest(manifest.Encode());
        return manifest;
    }

    private void LoadTables(DataDirectory directory, Manifest manifest)
    {
        var bytes = new ByteReader(directory.ManifestPath, manifest.Tables.Span, manifest.TablesOffset);
        var segments = new SegmentLoader(Allocator, afterCrash: directory.WasRunning || directory.HasLog);
        for (var i = 0; i < manifest.TableCount; i++)
        {
            var includedLsn = bytes.Int64();
            var table = TableCodec.Read(ref bytes, segments);
            Tables.Add(table);
            _includedLsns[table.Id] = includedLsn;
            bytes.Check(table.Id > 0 && table.Id < NextTableId && Tables.TrueForAll(t => t == table || (t.Id != table.Id && t.Name != table.Name)), "a table comes twice");
        }

        bytes.Check(bytes.Remaining == 0, "more follows than the tables");
        bytes.Check(segments.Finish(), "two segments overlap");
    }

    private void LoadDictionaries(DataDirectory directory, Manifest manifest)
    {
        foreach (var extent in manifest.Dictionaries)
        {
            if (extent is { TableId: 0, ColumnId: 0 })
            {
                _dictionaries!.Load(extent, Symbols.TryRestore);
                continue;
            }

            var table = Tables.Find(t => t.Id == extent.TableId);
            if (table?.Strings(new ColumnId(extent.ColumnId)) is not { } strings)
            {
                FileFormat.Damaged(directory.ManifestPath, Manifest.HeaderBytes, $"it names a dictionary of column {extent.ColumnId} of table {extent.TableId}, which is none");
                return;
            }

            _dictionaries!.Load(extent, (code, text, _) => strings.Count + 1 == code && strings.Intern(text) == code);
        }
    }
}
