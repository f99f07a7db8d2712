using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Zepto.Native.Interop;

namespace Zepto.Native.Files;

/// <summary>
/// An exclusive lock on a file (flock) that keeps a second opener out, in this process or another. The kernel releases it when the process dies,
/// however it dies; the file stays and holds the last owner's process id as text.
/// </summary>
public sealed class FileLock : IDisposable
{
    private const int WouldBlock = 11;
    private const uint OwnerWritesOthersRead = 0b110_100_100;
    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock, making the file when it is missing; null when somebody has it. Throws when the file cannot be opened or locked at all.</summary>
    /// <param name="path">The lock file.</param>
    /// <param name="owner">Process id that the present owner wrote, where it could be read; empty otherwise.</param>
    public static FileLock? TryAcquire(string path, out string owner)
    {
        owner = "";
        // Not File.OpenHandle: .NET locks files of its own accord, which would hide who holds what.
        var descriptor = Libc.OpenWithMode(path, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenCloseOnExec, OwnerWritesOthersRead);
        if (descriptor < 0)
            NativeException.Throw("open", path);
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (Libc.Flock(file, Libc.LockExclusive | Libc.LockWithoutWaiting) != 0)
            {
                if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != WouldBlock)
                    NativeException.Throw("flock", path);
                Span<byte> digits = stackalloc byte[20];
                owner = Encoding.ASCII.GetString(digits[..RandomAccess.Read(file, digits, 0)]).Trim();
                file.Dispose();
                return null;
            }

            FileSync.SetLength(file, path, 0);
            WriteOwner(file);
            return new FileLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Tells a second opener who has the lock; a full disk, which has no room for that, must not cost the lock.</summary>
    private static void WriteOwner(SafeFileHandle file)
    {
        try
        {
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"), 0);
        }
        catch (IOException)
        {
            // The file stays empty, so the owner is unknown to others.
        }
    }

    /// <summary>Releases the lock; the file stays, since deleting it could let two owners lock two files of one name.</summary>
    public void Dispose() => _file.Dispose();
}
