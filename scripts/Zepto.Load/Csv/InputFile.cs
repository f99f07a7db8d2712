using System.IO.Compression;
using ZstdSharp;

namespace Zepto.Load.Csv;

/// <summary>A CSV file opened for reading: plain, or decompressed on the way when its name ends in .gz or .zst.</summary>
internal sealed class InputFile : IDisposable
{
    private const int BufferBytes = 1 << 16;
    private readonly FileStream _file;

    private InputFile(FileStream file, Stream text)
    {
        _file = file;
        Text = text;
        SizeBytes = file.Length;
    }

    /// <summary>The CSV text.</summary>
    public Stream Text { get; }

    /// <summary>Size of the file as it lies on disk.</summary>
    public long SizeBytes { get; }

    /// <summary>Bytes of the file as it lies on disk that were read so far; the measure of progress.</summary>
    public long PositionBytes => _file.Position;

    /// <summary>Opens a file; a LoadException names it when that fails.</summary>
    public static InputFile Open(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LoadException($"{path}: {error.Message}");
        }

        return new InputFile(file, Path.GetExtension(path) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Decompress),
            ".zst" => new DecompressionStream(file, BufferBytes),
            _ => file,
        });
    }

    public void Dispose()
    {
        Text.Dispose();
        _file.Dispose();
    }
}
