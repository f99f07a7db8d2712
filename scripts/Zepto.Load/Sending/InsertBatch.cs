using System.Buffers;

namespace Zepto.Load.Sending;

/// <summary>One INSERT with its rows and what is to be said about it. Reused; one thread at a time.</summary>
internal sealed class InsertBatch
{
    /// <summary>UTF-8 of the statement and its rows.</summary>
    public ArrayBufferWriter<byte> Text { get; } = new(1 << 20);

    /// <summary>Rows in it.</summary>
    public int RowCount { get; set; }

    /// <summary>File the rows come from.</summary>
    public string Path { get; set; } = "";

    /// <summary>Line of its first row.</summary>
    public long FirstLine { get; set; }

    /// <summary>Line of its last row.</summary>
    public long LastLine { get; set; }

    /// <summary>Bytes of all files, as they lie on disk, that were read when it was complete.</summary>
    public long ReadBytes { get; set; }

    /// <summary>Makes it empty.</summary>
    public void Clear()
    {
        Text.ResetWrittenCount();
        RowCount = 0;
    }
}
