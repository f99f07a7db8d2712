using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Zepto.Native.Files;

namespace Zepto.Http.Identity;

/// <summary>
/// A small JSON document in a file that several processes may change: each change is made under a lock on what the file holds by then, written to
/// a temporary file, synced and renamed, so that it is durable when the call returns and never seen in part. The file is readable by its owner only.
/// Without a path it lives in memory. Thread-safe.
/// </summary>
internal sealed class StoredDocument<T> where T : class
{
    private const int MaxFileBytes = 64 * 1024 * 1024;
    private const int LockWaitMs = 5_000;

    private readonly string? _path;
    private readonly JsonTypeInfo<T> _type;
    private readonly Action<T> _check;
    private readonly Lock _gate = new();
    private T _current;
    private DateTime _readTimestamp;

    /// <param name="path">The file; null for none.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="empty">The document of a missing file.</param>
    /// <param name="check">Throws JsonException for a document that makes no sense.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public StoredDocument(string? path, JsonTypeInfo<T> type, T empty, Action<T> check)
    {
        _path = path;
        _type = type;
        _check = check;
        _current = empty;
        if (path is null) return;
        Reload();
    }

    public T Current => Volatile.Read(ref _current);

    /// <summary>Reads the file again when another process has changed it; says whether it had. Allocates nothing when it had not.</summary>
    /// <exception cref="IOException">The file cannot be read; the document stays as it was.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the document stays as it was.</exception>
    public bool ReloadIfChanged()
    {
        if (_path is null) return false;
        lock (_gate)
        {
            if (File.GetLastWriteTimeUtc(_path) == _readTimestamp) return false;
            Reload();
            return true;
        }
    }

    /// <summary>Replaces the document; what the function gives is durable when this returns. A function that gives null changes nothing.</summary>
    /// <exception cref="IOException">It could not be stored; the document stays as it was.</exception>
    public T Change(Func<T, T?> change)
    {
        lock (_gate)
        {
            if (_path is null)
            {
                if (change(_current) is { } replaced) Volatile.Write(ref _current, replaced);
                return _current;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            using FileLock held = TakeLock();
            if (File.GetLastWriteTimeUtc(_path) != _readTimestamp) Reload();
            if (change(_current) is { } changed)
            {
                Write(JsonSerializer.SerializeToUtf8Bytes(changed, _type));
                Volatile.Write(ref _current, changed);
                _readTimestamp = File.GetLastWriteTimeUtc(_path);
            }
            return _current;
        }
    }

    private void Reload()
    {
        // The time first: a change after it is seen by the next look.
        DateTime timestamp = File.GetLastWriteTimeUtc(_path!);
        if (File.Exists(_path))
        {
            if (new FileInfo(_path).Length > MaxFileBytes) throw new InvalidDataException($"{_path} is too large");
            try
            {
                T read = JsonSerializer.Deserialize(File.ReadAllBytes(_path), _type) ?? throw new JsonException("there is no object in it");
                _check(read);
                Volatile.Write(ref _current, read);
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException($"{_path} is damaged: {exception.Message}");
            }
        }
        _readTimestamp = timestamp;
    }

    // Held for a few milliseconds by whoever changes the file.
    private FileLock TakeLock()
    {
        for (int waitedMs = 0; ; waitedMs += 5)
        {
            if (FileLock.TryAcquire(_path + ".lock", out _) is { } held) return held;
            if (waitedMs >= LockWaitMs) throw new IOException($"{_path} is locked by another process");
            Thread.Sleep(5);
        }
    }

    private void Write(ReadOnlySpan<byte> content)
    {
        string temporary = _path + ".tmp";
        // One left by a crash may have other rights; a new file has ours from the start.
        File.Delete(temporary);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (FileStream stream = new(temporary, options))
        {
            stream.Write(content);
            FileSync.Fsync(stream.SafeFileHandle, temporary);
        }
        File.Move(temporary, _path!, overwrite: true);
        FileSync.FsyncDirectory(Path.GetDirectoryName(_path)!);
    }
}
