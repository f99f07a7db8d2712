using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Zepto.Native.Interop;

namespace Zepto.Native.Files;

/// <summary>A range of unmanaged memory to be written; laid out as the C library's iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FilePart(byte* address, long lengthBytes)
{
    /// <summary>First byte.</summary>
    public byte* Address = address;

    /// <summary>Bytes.</summary>
    public nint LengthBytes = (nint)lengthBytes;
}

/// <summary>Writes several ranges of memory one behind the other into a file, without copying them together first.</summary>
public static unsafe class GatherWrite
{
    private const int Interrupted = 4;
    private const int MaxParts = 1024;

    /// <summary>Writes all parts from an offset on, however many calls that takes. The parts are used up: what they say afterwards means nothing.</summary>
    /// <exception cref="NativeException">The system refused; some of the bytes may have been written.</exception>
    public static void Write(SafeFileHandle file, string path, Span<FilePart> parts, long offsetBytes)
    {
        fixed (FilePart* first = parts)
        {
            for (var next = 0; next < parts.Length;)
            {
                if (parts[next].LengthBytes == 0)
                {
                    next++;
                    continue;
                }

                var written = Libc.Pwritev(file, first + next, Math.Min(parts.Length - next, MaxParts), offsetBytes);
                if (written < 0)
                {
                    if (Marshal.GetLastPInvokeError() == Interrupted)
                        continue;
                    NativeException.Throw("pwritev", path);
                }

                offsetBytes += written;
                next += Skip(parts[next..], written);
            }
        }
    }

    /// <summary>Takes written bytes off the parts; returns how many parts are done.</summary>
    private static int Skip(Span<FilePart> parts, nint written)
    {
        var done = 0;
        while (done < parts.Length && written >= parts[done].LengthBytes)
            written -= parts[done++].LengthBytes;
        Debug.Assert(written == 0 || done < parts.Length);
        if (written > 0)
        {
            parts[done].Address += written;
            parts[done].LengthBytes -= written;
        }

        return done;
    }
}
