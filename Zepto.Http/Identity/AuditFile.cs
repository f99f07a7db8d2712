using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Zepto.Http.Identity;

/// <summary>
/// The audit as JSON lines in a file that only its owner reads. Lines are put together in memory and written a few times a second, or at once when
/// many come: the order is that of the events. Thread-safe.
/// </summary>
public sealed class AuditFile : IDisposable
{
    private const int FlushIntervalMs = 200;
    private const int MaxBufferedBytes = 256 * 1024;

    // Escapes what is not ASCII too, so that no reader finds line ends of its own.
    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.Default };

    private readonly SafeFileHandle _file;
    private readonly Action<string> _onFault;
    private readonly ArrayBufferWriter<byte> _lines = new(64 * 1024);
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private bool _isFailing;

    /// <param name="path">Appended to; made when it is missing.</param>
    /// <param name="onFault">Told once when writing begins to fail.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened.</exception>
    public AuditFile(string path, Action<string> onFault)
    {
        FileStreamOptions options = new() { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream stream = new(path, options);
        _file = stream.SafeFileHandle;
        Stream = stream;
        _onFault = onFault;
        _timer = new Timer(_ => Flush(), null, FlushIntervalMs, FlushIntervalMs);
    }

    private FileStream Stream { get; }

    /// <summary>Adds an event.</summary>
    public void Write(AuditEvent entry)
    {
        lock (_gate)
        {
            using (Utf8JsonWriter writer = new(_lines, s_writerOptions))
            {
                writer.WriteStartObject();
                writer.WriteNumber("ts", entry.Ts);
                writer.WriteString("subject", entry.Subject);
                writer.WriteString("role", entry.Role);
                writer.WriteString("action", entry.Action);
                writer.WriteString("detail", entry.Detail);
                writer.WriteString("from", entry.From);
                writer.WriteEndObject();
            }
            _lines.Write("\n"u8);
            if (_lines.WrittenCount >= MaxBufferedBytes) FlushHeld();
        }
    }

    /// <summary>Writes what is waiting.</summary>
    public void Flush()
    {
        lock (_gate) FlushHeld();
    }

    public void Dispose()
    {
        _timer.Dispose();
        Flush();
        Stream.Dispose();
    }

    private void FlushHeld()
    {
        if (_lines.WrittenCount == 0 || _file.IsClosed) return;
        try
        {
            Stream.Write(_lines.WrittenSpan);
            _isFailing = false;
        }
        catch (IOException exception)
        {
            // Events of a full disk are lost, which the log says; serving goes on.
            if (!_isFailing) _onFault(exception.Message);
            _isFailing = true;
        }
        _lines.ResetWrittenCount();
    }
}
