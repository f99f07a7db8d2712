using System.Numerics;
using System.Runtime.InteropServices;

namespace Zepto.Storage.Log;

/// <summary>CRC-32C (Castagnoli) of bytes that come in pieces; by the processor's instruction where it has one, about 8 bytes in 3 cycles.</summary>
internal struct Crc32C()
{
    private uint _state = uint.MaxValue;

    /// <summary>The checksum of everything appended.</summary>
    public readonly uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            state = BitOperations.Crc32C(state, word);
        foreach (var value in bytes[(words.Length * sizeof(ulong))..])
            state = BitOperations.Crc32C(state, value);
        _state = state;
    }

    public void Append(ulong value) => _state = BitOperations.Crc32C(_state, value);
}
