using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Zepto.Storage.Persistence;

/// <summary>
/// What all files of a data directory share: little-endian numbers, a magic and the format version first, XxHash3 checksums. All files of a
/// directory have one version, so that it is refused or read as a whole.
/// </summary>
internal static class FileFormat
{
    /// <summary>Version that this server writes and reads.</summary>
    public const uint Version = 2;

    /// <summary>"ZXMF".</summary>
    public const uint ManifestMagic = 0x464D585A;

    /// <summary>"ZXEX".</summary>
    public const uint ExtentMagic = 0x5845585A;

    /// <summary>"ZXDC".</summary>
    public const uint DictionaryMagic = 0x4344585A;

    /// <summary>"ZXLG".</summary>
    public const uint LogMagic = 0x474C585A;

    /// <summary>Refuses a file by its first 8 bytes.</summary>
    public static void CheckStart(string path, uint magic, uint expectedMagic, uint version)
    {
        if (magic != expectedMagic)
            Damaged(path, 0, "it does not start with the mark of its kind");
        if (version != Version)
            throw new StorageException(StorageErrorKind.Damaged, $"{path} has format version {version}, this server reads {Version}; open it with the server that wrote it");
    }

    /// <summary>Refuses a file whose bytes are not what was written.</summary>
    [DoesNotReturn]
    public static void Damaged(string path, long offset, string reason) =>
        throw new StorageException(StorageErrorKind.Damaged,
            $"{path} is damaged at offset {offset.ToString(CultureInfo.InvariantCulture)}: {reason}; restore the data directory from a backup or start with an empty one");

    /// <summary>What a call of the operating system's files throws.</summary>
    public static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>The system refused: one line with the directory first.</summary>
    public static StorageException Unwritable(string path, Exception error) =>
        new(StorageErrorKind.Unwritable, $"data directory {path} cannot be used: {error.Message}", error);
}
