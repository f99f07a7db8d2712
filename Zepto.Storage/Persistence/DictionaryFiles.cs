using Zepto.Native.Files;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Persistence;

/// <summary>How much of a dictionary file a manifest counts; the symbols are table 0, column 0; columns of tables have ids from 1.</summary>
internal readonly record struct DictionaryExtent(int TableId, int ColumnId, int Texts, long LengthBytes);

/// <summary>The dictionary files of a data directory. One thread at a time.</summary>
internal sealed class DictionaryFiles(string directory, ulong directoryId) : IDisposable
{
    private readonly Dictionary<(int TableId, int ColumnId), DictionaryFile> _files = [];
    private readonly List<DictionaryFile> _grown = [];

    /// <summary>Fills a dictionary from its file.</summary>
    public void Load(in DictionaryExtent extent, RestoreText restore) =>
        _files.Add((extent.TableId, extent.ColumnId), DictionaryFile.Open(directory, directoryId, extent, restore));

    /// <summary>Appends the symbols that the file lacks.</summary>
    public void Append(SymbolDictionary symbols)
    {
        var file = _files.GetValueOrDefault((0, 0));
        var ids = symbols.IdsFrom(file?.Texts ?? 0);
        if (ids.Length == 0)
            return;
        file ??= Create(0, 0);
        file.Begin();
        foreach (var id in ids)
            file.Add(id, symbols.Name(id).Bytes, symbols.HasName(id));
        file.End();
        _grown.Add(file);
    }

    /// <summary>Appends the texts of a column that the file lacks.</summary>
    public void Append(int tableId, ColumnId column, StringDictionary strings)
    {
        var file = _files.GetValueOrDefault((tableId, column.Value));
        var count = strings.SettledCount();
        if (count == (file?.Texts ?? 0))
            return;
        file ??= Create(tableId, column.Value);
        file.Begin();
        for (var code = file.Texts + 1; code <= count; code++)
            file.Add(code, strings.Text(code).Bytes, isName: true);
        file.End();
        _grown.Add(file);
    }

    /// <summary>Makes what was appended durable; a failure must not be followed by another try.</summary>
    public void Sync()
    {
        foreach (var file in _grown)
            file.Sync();
        _grown.Clear();
    }

    /// <summary>What a manifest says of the files of the given columns and of the symbols.</summary>
    public List<DictionaryExtent> Describe(IReadOnlySet<(int TableId, int ColumnId)> columns) =>
        [.. _files.Where(f => f.Key.TableId == 0 || columns.Contains(f.Key))
            .Select(f => new DictionaryExtent(f.Key.TableId, f.Key.ColumnId, f.Value.Texts, f.Value.LengthBytes))
            .OrderBy(e => e.TableId).ThenBy(e => e.ColumnId)];

    /// <summary>Deletes the files of other columns than the given ones, once a manifest without them is durable.</summary>
    public void DeleteOthers(IReadOnlySet<(int TableId, int ColumnId)> columns)
    {
        foreach (var (key, file) in _files.Where(f => f.Key.TableId != 0 && !columns.Contains(f.Key)).ToArray())
        {
            _files.Remove(key);
            file.Dispose();
            File.Delete(file.Path);
        }
    }

    /// <summary>Deletes files that the manifest does not name: a crash left them.</summary>
    public void DeleteUnknown()
    {
        var known = _files.Keys.Select(k => DictionaryFile.NameOf(k.TableId, k.ColumnId)).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(directory, "*.zd").Where(p => !known.Contains(Path.GetFileName(p))).ToArray())
            File.Delete(path);
        FileSync.FsyncDirectory(directory);
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
        _files.Clear();
    }

    private DictionaryFile Create(int tableId, int columnId)
    {
        var file = DictionaryFile.Create(directory, tableId, columnId, directoryId);
        _files.Add((tableId, columnId), file);
        return file;
    }
}
