using System.Diagnostics.CodeAnalysis;
using Zepto.Native.Files;

namespace Zepto.Storage.Persistence;

/// <summary>
/// The directory that a backup makes. It is filled under the name <c>NAME.partial</c> and renamed when it is whole and durable, so that what an
/// interrupted backup leaves is never taken for one.
/// </summary>
internal sealed class BackupTarget
{
    private BackupTarget(string path) => Path = path;

    /// <summary>Where the backup will be, absolute.</summary>
    public string Path { get; }

    /// <summary>Where it is filled.</summary>
    public string PartialPath => Path + ".partial";

    /// <summary>Makes the directory to fill. Throws StorageException when it cannot be a backup's.</summary>
    /// <param name="directory">Where the backup shall be: nothing, or an empty directory.</param>
    /// <param name="dataDirectory">The data directory, absolute.</param>
    public static BackupTarget Create(string directory, string dataDirectory)
    {
        if (directory.Length == 0 || directory.Contains('\0'))
            Refuse(StorageErrorKind.BadDefinition, "A backup needs the name of a directory");
        var target = new BackupTarget(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory)));
        try
        {
            target.Check(dataDirectory);
            // As private as the original.
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(target.PartialPath);
            else
                Directory.CreateDirectory(target.PartialPath, File.GetUnixFileMode(dataDirectory));
            return target;
        }
        catch (Exception error) when (FileFormat.IsFileError(error))
        {
            throw target.Failed(error);
        }
    }

    /// <summary>Gives the directory, whose files are durable, its name.</summary>
    public void Finish()
    {
        FileSync.FsyncDirectory(PartialPath);
        Directory.Move(PartialPath, Path);
        FileSync.FsyncDirectory(System.IO.Path.GetDirectoryName(Path)!);
    }

    /// <summary>Removes what there is, as far as the system lets it.</summary>
    public void Abandon()
    {
        try
        {
            Directory.Delete(PartialPath, recursive: true);
        }
        catch (Exception error) when (FileFormat.IsFileError(error))
        {
            // Its name says what it is, and the next backup names it.
        }
    }

    /// <summary>The system refused: one line for the user.</summary>
    public StorageException Failed(Exception error) =>
        new(StorageErrorKind.Unwritable, $"The backup to {Path} failed, there is none: {error.Message}", error);

    private void Check(string dataDirectory)
    {
        if ((Resolved(Path) + '/').StartsWith(Resolved(dataDirectory) + '/', StringComparison.Ordinal))
            Refuse(StorageErrorKind.BadDefinition, $"The backup cannot be made in {Path}: it is the data directory or lies in it");
        if (File.Exists(Path))
            Refuse(StorageErrorKind.AlreadyExists, $"The backup cannot be made in {Path}: it is a file");
        if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any())
            Refuse(StorageErrorKind.AlreadyExists, $"The backup cannot be made in {Path}: the directory is not empty");
        if (File.Exists(PartialPath) || Directory.Exists(PartialPath))
            Refuse(StorageErrorKind.AlreadyExists, $"The backup cannot be made in {Path}: {PartialPath} is there, which an interrupted backup may have left; remove it");
        // Not made: it may be where a disk is to be mounted that is not there today.
        if (System.IO.Path.GetDirectoryName(Path) is { } parent && !Directory.Exists(parent))
            Refuse(StorageErrorKind.Unwritable, $"The backup cannot be made in {Path}: there is no directory {parent}");
        // Renaming needs the name free; one that cannot go, as a mounted disk's, is better found now than after hours.
        if (Directory.Exists(Path))
            Directory.Delete(Path);
    }

    /// <summary>The path without symbolic links in it.</summary>
    private static string Resolved(string path)
    {
        if (System.IO.Path.GetDirectoryName(path) is not { } parent)
            return path.TrimEnd('/');
        var here = System.IO.Path.Combine(Resolved(parent) + '/', System.IO.Path.GetFileName(path));
        return Directory.Exists(here) && Directory.ResolveLinkTarget(here, returnFinalTarget: false) is { } target ? Resolved(target.FullName) : here;
    }

    [DoesNotReturn]
    private static void Refuse(StorageErrorKind kind, string message) => throw new StorageException(kind, message);
}
