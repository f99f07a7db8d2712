using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Zepto.Native.Files;
using Zepto.Storage.Persistence;

namespace Zepto.Storage.Log;

/// <summary>Replays the log files behind a checkpoint when a directory is opened, and leaves the last of them whole.</summary>
internal sealed class LogRecovery(DatabaseOptions options, DataDirectory directory, Manifest manifest, LogReplay replay)
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _reportedAt = Stopwatch.GetTimestamp();
    private long _totalBytes;
    private long _doneBytes;

    /// <summary>
    /// Replays everything. Throws Damaged, with the file and the offset, unless the options say <see cref="DatabaseOptions.Recover"/>; then what comes
    /// before the damage counts, and no file is touched.
    /// </summary>
    public LogEnd Run()
    {
        var files = FilesOf(directory.LogPath);
        foreach (var (path, _, _) in files.Where(f => f.Number < manifest.LogFile && !options.Recover))
            File.Delete(path);
        files.RemoveAll(f => f.Number < manifest.LogFile);
        var lastLsn = manifest.LogLsn;
        if (files.Count == 0)
        {
            if (directory is { WasRunning: true, WasUnlogged: false })
                RefuseUnlessRecovering(() => FileFormat.Damaged(LogFile.PathOf(directory.LogPath, manifest.LogFile), 0, "the file is missing"));
            return new LogEnd([], lastLsn, manifest.LogFile);
        }

        options.RecoveryBegins?.Invoke();
        _totalBytes = files.Sum(f => f.Bytes);
        RefuseUnlessRecovering(() => lastLsn = ReplayAll(files));
        Report(files);
        return new LogEnd(FilesOf(directory.LogPath), Math.Max(lastLsn, manifest.LogLsn), files[^1].Number + 1);
    }

    private static List<(string Path, long Bytes, long Number)> FilesOf(string directory)
    {
        var files = new List<(string Path, long Bytes, long Number)>();
        foreach (var path in Directory.EnumerateFiles(directory, "*.zl"))
        {
            if (LogFile.TryGetNumber(path, out var number))
                files.Add((path, new FileInfo(path).Length, number));
        }

        files.Sort((a, b) => a.Number.CompareTo(b.Number));
        return files;
    }

    private void RefuseUnlessRecovering(Action read)
    {
        try
        {
            read();
        }
        catch (StorageException error) when (options.Recover && error.Kind == StorageErrorKind.Damaged)
        {
            options.Log?.Invoke($"the log is damaged, statements from there on are left out: {error.Message}");
        }
    }

    private long ReplayAll(List<(string Path, long Bytes, long Number)> files)
    {
        var nextLsn = 0L;
        for (var i = 0; i < files.Count; i++)
        {
            var number = manifest.LogFile + i;
            if (files[i].Number != number)
                FileFormat.Damaged(LogFile.PathOf(directory.LogPath, number), 0, "the file is missing");
            using var reader = LogReader.Open(files[i].Path, manifest.DirectoryId, number);
            if (i > 0 && reader.FirstLsn != nextLsn)
                FileFormat.Damaged(reader.Path, LogFile.HeaderBytes, $"it goes on with record {reader.FirstLsn}, the file before ends before {nextLsn}");
            nextLsn = reader.FirstLsn;
            while (reader.TryNext(nextLsn, out var record, out var payload))
            {
                replay.Apply(reader.Path, reader.Offset - record.SizeBytes, record, payload);
                nextLsn++;
                Progress(reader.Offset);
            }

            _doneBytes += files[i].Bytes;
            if (i < files.Count - 1 && reader.Offset != reader.LengthBytes)
                FileFormat.Damaged(reader.Path, reader.Offset, "a record is not what was written");
            if (i == files.Count - 1)
                Finish(reader, nextLsn);
        }

        return nextLsn - 1;
    }

    /// <summary>Cuts what a crash left unfinished, and makes what was replayed durable: the file is no longer the last one.</summary>
    private void Finish(LogReader reader, long nextLsn)
    {
        var unfinishedBytes = reader.CheckEnd(nextLsn);
        if (nextLsn <= manifest.LogLsn)
            FileFormat.Damaged(reader.Path, reader.Offset, $"it ends before record {manifest.LogLsn}, which had been written");
        if (unfinishedBytes > 0)
            options.Log?.Invoke($"{reader.Path} ends in an unfinished record at offset {reader.Offset}: {unfinishedBytes} bytes are cut off; the statement was not answered or the power failed before its flush");
        if (options.Recover)
            return;
        using SafeFileHandle file = File.OpenHandle(reader.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        FileSync.SetLength(file, reader.Path, reader.Offset);
        FileSync.Fsync(file, reader.Path);
    }

    private void Progress(long offset)
    {
        if (Stopwatch.GetElapsedTime(_reportedAt).TotalSeconds < 1)
            return;
        _reportedAt = Stopwatch.GetTimestamp();
        var percent = (_doneBytes + offset) * 100 / Math.Max(_totalBytes, 1);
        options.Log?.Invoke(string.Create(CultureInfo.InvariantCulture, $"replaying the log: {percent} % of {_totalBytes >> 20} MiB, {replay.Rows} rows so far"));
    }

    private void Report(List<(string Path, long Bytes, long Number)> files)
    {
        var readOnly = options.Recover ? "; the server is read-only because of --recover" : "";
        options.Log?.Invoke(string.Create(
            CultureInfo.InvariantCulture,
            $"data directory {directory.Path} was not closed: {replay.Records} records with {replay.Rows} rows were replayed from {files.Count} log files in {Stopwatch.GetElapsedTime(_startedAt).TotalSeconds:0.000} s{readOnly}"));
    }
}
