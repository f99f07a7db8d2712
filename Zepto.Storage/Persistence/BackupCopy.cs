using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Zepto.Native.Files;
using Zepto.Storage.Extents;
using Zepto.Storage.Log;

namespace Zepto.Storage.Persistence;

/// <summary>
/// Copies what a manifest names into another directory, which a server can be started on then, while the original goes on: only the manifest must
/// stay the durable one. Every file is on the device when <see cref="Run"/> is done, and every name but that of the directory itself.
/// </summary>
/// <param name="source">The data directory, absolute.</param>
/// <param name="target">The directory to fill; empty.</param>
/// <param name="manifest">What to copy.</param>
/// <param name="segments">The segments that the manifest's tables lie in, in any order and as often as may be.</param>
/// <param name="cancellation">Looked at between pieces.</param>
internal sealed class BackupCopy(string source, string target, Manifest manifest, List<Allocation> segments, CancellationToken cancellation)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Files of a running server that mean nothing in a copy, or that the copy gets in another way.</summary>
    private static readonly string[] s_leftOut = ["LOCK", "RUNNING", "UNLOGGED", "RESERVE", "MANIFEST"];

    private readonly byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private long _bytes;

    /// <summary>Copies; returns the bytes of the files, without holes. Throws what the system refuses, and OperationCanceledException. Once only.</summary>
    public long Run()
    {
        try
        {
            CopyExtents(Make("extents"));
            CopyDictionaries(Make("dictionaries"));
            MakeLog(Make("log"));
            CopyOthers();
            cancellation.ThrowIfCancellationRequested();
            WriteManifest();
            return _bytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_piece);
        }
    }

    private string Make(string folder) => Directory.CreateDirectory(Path.Combine(target, folder)).FullName;

    // An extent is written in place, also while it is copied, so a hard link would be no copy. What the manifest names in it stays as it is.
    private void CopyExtents(string folder)
    {
        segments.Sort((a, b) => a.Extent != b.Extent ? a.Extent.CompareTo(b.Extent) : a.OffsetBytes.CompareTo(b.OffsetBytes));
        var next = 0;
        for (var number = 0; number < manifest.ExtentLengths.Length; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            var path = ExtentFile.PathOf(folder, number);
            using var input = OpenSource(ExtentFile.PathOf(Path.Combine(source, "extents"), number));
            using var output = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            var first = next;
            while (next < segments.Count && segments[next].Extent == number)
                next++;
            if (!FileClone.TryClone(input, output))
            {
                FileSync.SetLength(output, path, manifest.ExtentLengths[number]);
                CopyParts(input, output, first, next);
            }

            FileSync.Fsync(output, path);
        }

        FileSync.FsyncDirectory(folder);
    }

    /// <summary>Copies the header and some segments: whole ones, for the room behind their rows must be room on the disk when rows come.</summary>
    private void CopyParts(SafeFileHandle input, SafeFileHandle output, int first, int end)
    {
        CopyRange(input, output, 0, ExtentFile.HeaderBytes);
        long done = ExtentFile.HeaderBytes;
        for (var i = first; i < end;)
        {
            var start = Math.Max(segments[i].OffsetBytes, done);
            for (; i < end && segments[i].OffsetBytes <= Math.Max(start, done); i++)
                done = Math.Max(done, segments[i].OffsetBytes + segments[i].SizeBytes);
            CopyRange(input, output, start, done - start);
        }
    }

    private void CopyDictionaries(string folder)
    {
        foreach (var dictionary in manifest.Dictionaries)
        {
            var name = DictionaryFile.NameOf(dictionary.TableId, dictionary.ColumnId);
            using var input = OpenSource(Path.Combine(source, "dictionaries", name));
            using var output = File.OpenHandle(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write);
            CopyRange(input, output, 0, dictionary.LengthBytes);
            FileSync.Fsync(output, Path.Combine(folder, name));
        }

        FileSync.FsyncDirectory(folder);
    }

    /// <summary>
    /// A log without records: as after a crash, statistics of open segments are computed anew at the start, since those that were copied may
    /// count rows that came later.
    /// </summary>
    private void MakeLog(string folder)
    {
        using var log = LogFile.Create(folder, manifest.DirectoryId, manifest.LogFile, manifest.LogLsn + 1);
        log.Finish();
        _bytes += log.LengthBytes;
    }

    /// <summary>Files beside the database's own, with their modes.</summary>
    private void CopyOthers()
    {
        foreach (var path in Directory.EnumerateFiles(source))
        {
            var name = Path.GetFileName(path);
            if (s_leftOut.Contains(name) || name.EndsWith(".tmp", StringComparison.Ordinal))
                continue;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = File.GetUnixFileMode(path);
            using var input = OpenSource(path);
            using var output = new FileStream(Path.Combine(target, name), options);
            // What the process takes from the modes of new files is not taken from these.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(output.SafeFileHandle, options.UnixCreateMode!.Value);
            CopyRange(input, output.SafeFileHandle, 0, RandomAccess.GetLength(input));
            FileSync.Fsync(output.SafeFileHandle, output.Name);
        }
    }

    private void WriteManifest()
    {
        var content = manifest.Encode();
        var path = Path.Combine(target, "MANIFEST");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, content, 0);
        FileSync.Fsync(file, path);
        _bytes += content.Length;
    }

    private static SafeFileHandle OpenSource(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private void CopyRange(SafeFileHandle input, SafeFileHandle output, long offset, long lengthBytes)
    {
        for (var end = offset + lengthBytes; offset < end;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(input, _piece.AsSpan(0, (int)Math.Min(PieceBytes, end - offset)), offset);
            if (read == 0)
                throw new EndOfStreamException("a file of the data directory ends too early");
            RandomAccess.Write(output, _piece.AsSpan(0, read), offset);
            offset += read;
            _bytes += read;
        }
    }
}
