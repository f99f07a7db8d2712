using System.Text;

namespace Zepto.Query.Tests.Statements.Formats;

/// <summary>Writes RowBinary as clients do.</summary>
internal sealed class BinaryRows
{
    private readonly List<byte> _bytes = [];

    /// <summary>The statement with what was written after it.</summary>
    public byte[] After(string statement) => [.. Encoding.UTF8.GetBytes(statement + "\n"), .. _bytes];

    public BinaryRows Add(params object[] values)
    {
        foreach (var value in values)
        {
            _bytes.AddRange(value switch
            {
                sbyte v => [(byte)v],
                byte v => [v],
                bool v => [v ? (byte)1 : (byte)0],
                short v => BitConverter.GetBytes(v),
                ushort v => BitConverter.GetBytes(v),
                int v => BitConverter.GetBytes(v),
                uint v => BitConverter.GetBytes(v),
                long v => BitConverter.GetBytes(v),
                ulong v => BitConverter.GetBytes(v),
                float v => BitConverter.GetBytes(v),
                double v => BitConverter.GetBytes(v),
                byte[] v => v,
                _ => Text((string)value),
            });
        }

        return this;
    }

    /// <summary>A header of names, and types unless there are none.</summary>
    public BinaryRows Header(string[] names, params string[] types) => Add([(byte)names.Length, .. names, .. types]);

    private static byte[] Text(string text)
    {
        var bytes = new List<byte>();
        var length = Encoding.UTF8.GetByteCount(text);
        for (; length >= 0x80; length >>= 7)
            bytes.Add((byte)(length | 0x80));
        return [.. bytes, (byte)length, .. Encoding.UTF8.GetBytes(text)];
    }
}
