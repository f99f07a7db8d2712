using Microsoft.Win32.SafeHandles;
using Zepto.Native.Files;
using Zepto.Storage.Extents;

namespace Zepto.Storage.Persistence;

/// <summary>
/// The directory of a durable database, locked against a second server: <c>LOCK</c>, <c>RUNNING</c> (there while a server runs, so a crash leaves
/// it), <c>UNLOGGED</c> (there while that server writes no log), <c>RESERVE</c>, <c>MANIFEST</c>, <c>extents/</c>, <c>dictionaries/</c> and <c>log/</c>.
/// Other files in it are left alone.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    /// <summary>Enough for the manifest of some 400,000 segments.</summary>
    private const long ReserveBytes = 16 << 20;

    private readonly FileLock _lock;

    private DataDirectory(string path, FileLock fileLock)
    {
        (Path, _lock) = (path, fileLock);
        WasRunning = File.Exists(RunningPath);
        WasUnlogged = File.Exists(UnloggedPath);
    }

    public string Path { get; }

    /// <summary>Whether the last server did not stop cleanly.</summary>
    public bool WasRunning { get; }

    /// <summary>Whether the server that did not stop cleanly wrote no log.</summary>
    public bool WasUnlogged { get; }

    public string ManifestPath => System.IO.Path.Combine(Path, "MANIFEST");

    public string ExtentsPath => System.IO.Path.Combine(Path, "extents");

    public string DictionariesPath => System.IO.Path.Combine(Path, "dictionaries");

    public string LogPath => System.IO.Path.Combine(Path, "log");

    /// <summary>Whether there are log files.</summary>
    public bool HasLog => Directory.EnumerateFiles(LogPath, "*.zl").Any();

    private string ReservePath => System.IO.Path.Combine(Path, "RESERVE");

    private string RunningPath => System.IO.Path.Combine(Path, "RUNNING");

    private string UnloggedPath => System.IO.Path.Combine(Path, "UNLOGGED");

    /// <summary>Makes the directory when it is missing and locks it. Throws StorageException: Locked or Unwritable.</summary>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path);
            var fileLock = FileLock.TryAcquire(System.IO.Path.Combine(path, "LOCK"), out var owner);
            if (fileLock is null)
            {
                var who = owner.Length > 0 ? $" (pid {owner})" : "";
                throw new StorageException(StorageErrorKind.Locked, $"data directory {path} is in use by another server{who}");
            }

            var directory = new DataDirectory(path, fileLock);
            Directory.CreateDirectory(directory.ExtentsPath);
            Directory.CreateDirectory(directory.DictionariesPath);
            Directory.CreateDirectory(directory.LogPath);
            return directory;
        }
        catch (Exception error) when (FileFormat.IsFileError(error))
        {
            throw FileFormat.Unwritable(path, error);
        }
    }

    /// <summary>The last checkpoint's manifest; null for a new directory. Throws Damaged when there is data without one.</summary>
    public byte[]? ReadManifest()
    {
        if (File.Exists(ManifestPath))
            return File.ReadAllBytes(ManifestPath);
        if (Directory.EnumerateFiles(ExtentsPath).Any() || HasLog)
            FileFormat.Damaged(ManifestPath, 0, "the file is missing although there are extents or a log");
        return null;
    }

    /// <summary>Replaces the manifest at once and durably: whoever opens the directory finds the old one or the new one, whole.</summary>
    public void WriteManifest(ReadOnlySpan<byte> content)
    {
        var temporary = ManifestPath + ".tmp";
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.Write(file, content, 0);
            FileSync.Fsync(file, temporary);
        }

        File.Move(temporary, ManifestPath, overwrite: true);
        FileSync.FsyncDirectory(Path);
    }

    /// <summary>Sets disk space aside that rows cannot take, so that a full disk still takes a checkpoint. Nothing happens where there is none to set aside.</summary>
    public void SetReserveAside()
    {
        if (File.Exists(ReservePath))
            return;
        try
        {
            using SafeFileHandle file = File.OpenHandle(ReservePath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
            FileSync.Allocate(file, ReservePath, 0, ReserveBytes);
        }
        catch (IOException)
        {
            File.Delete(ReservePath);
        }
    }

    /// <summary>Gives the reserve up; false when it was given up before.</summary>
    public bool TryUseReserve()
    {
        if (!File.Exists(ReservePath))
            return false;
        File.Delete(ReservePath);
        return true;
    }

    /// <summary>
    /// Marks the directory as in use until <see cref="MarkStopped"/>: by names alone, which a full disk still has room for. Without
    /// <c>UNLOGGED</c> a crash must have left the log file that the manifest names, so the log comes before this.
    /// </summary>
    public void MarkRunning(bool isLogged)
    {
        if (!isLogged)
            File.OpenHandle(UnloggedPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite).Dispose();
        File.OpenHandle(RunningPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite).Dispose();
        if (isLogged)
            File.Delete(UnloggedPath);
        FileSync.FsyncDirectory(Path);
    }

    /// <summary>Everything is in the last checkpoint.</summary>
    public void MarkStopped()
    {
        File.Delete(RunningPath);
        File.Delete(UnloggedPath);
        FileSync.FsyncDirectory(Path);
    }

    /// <summary>Deletes extents that were made after the checkpoint which is opened: it names none of their bytes.</summary>
    public void DeleteExtentsFrom(int count)
    {
        for (var number = count; File.Exists(ExtentFile.PathOf(ExtentsPath, number)); number++)
            File.Delete(ExtentFile.PathOf(ExtentsPath, number));
    }

    public void Dispose() => _lock.Dispose();
}
