using System.Runtime.Intrinsics;
using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// Watches rows while they are read: whether they come partition by partition and in window order, where partitions start, and which rows
/// are peers of the row before. Its findings count as long as <see cref="InOrder"/> holds at the end.
/// </summary>
/// <param name="keys">ORDER BY keys as columns of the window's input.</param>
/// <param name="tieColumn">Column that orders peers, or -1.</param>
internal sealed unsafe class WindowOrderCheck(SortKey[] keys, int tieColumn)
{
    private readonly CodePrefixes _prefixes = new();

    // Encoded keys and the tie breaker: the last row of the chunk before, then the chunk.
    private readonly long*[] _values = new long*[keys.Length + (tieColumn < 0 ? 0 : 1)];
    private int _lastGroup;

    /// <summary>Whether no row was out of order so far. Long text counts as out of order: its encoding cannot tell.</summary>
    public bool InOrder { get; private set; }

    public void Reset(NativeArena arena)
    {
        InOrder = true;
        _lastGroup = -1;
        _prefixes.Reset(arena);
        for (var i = 0; i < _values.Length; i++)
            _values[i] = arena.Allocate<long>(Operator.MaxChunkRows + 1);
    }

    /// <summary>Looks at a chunk whose first row is <paramref name="firstRow"/>.</summary>
    /// <param name="chunk">Rows.</param>
    /// <param name="firstRow">Rows before the chunk.</param>
    /// <param name="starts">Gets the rows where a partition starts.</param>
    /// <param name="isNewPeer">Gets for each row of the chunk whether it is not a peer of the row before; null when nobody asks.</param>
    public void Add(WindowInput chunk, int firstRow, ref RowList starts, byte* isNewPeer)
    {
        if (!InOrder || !Encode(chunk))
        {
            InOrder = false;
            return;
        }

        var rowCount = chunk.RowCount;
        if (keys.Length > 0 && chunk.HasOneGroup && *chunk.Groups == _lastGroup && Rises(_values[0], rowCount))
        {
            if (isNewPeer != null)
                new Span<byte>(isNewPeer, rowCount).Fill(1);
        }
        else
        {
            InOrder = Compare(chunk, firstRow, ref starts, isNewPeer);
        }

        foreach (var values in _values)
            values[0] = values[rowCount];
    }

    private bool Encode(WindowInput chunk)
    {
        var rowCount = chunk.RowCount;
        for (var i = 0; i < keys.Length; i++)
        {
            if (!KeyEncoding.Encode(chunk.Columns[keys[i].Column], rowCount, _prefixes, _values[i] + 1))
                return false;
            KeyEncoding.Direct(_values[i] + 1, rowCount, keys[i].Descending, keys[i].NullsFirst);
        }

        if (tieColumn >= 0)
            KeyEncoding.Encode(chunk.Columns[tieColumn], rowCount, _prefixes, _values[^1] + 1);
        return true;
    }

    private bool Compare(WindowInput chunk, int firstRow, ref RowList starts, byte* isNewPeer)
    {
        var step = chunk.HasOneGroup ? 0 : 1;
        for (var row = 0; row < chunk.RowCount; row++)
        {
            var group = chunk.Groups[row * step];
            var isNew = true;
            if (group != _lastGroup)
            {
                // Groups are numbered as they appear: a smaller number is one that comes again.
                if (group < _lastGroup)
                    return false;
                _lastGroup = group;
                starts.Add(firstRow + row);
            }
            else
            {
                var order = 0;
                var key = 0;
                for (; key < _values.Length && order == 0; key++)
                    order = _values[key][row].CompareTo(_values[key][row + 1]);
                if (order > 0)
                    return false;
                isNew = order < 0 && key <= keys.Length;
            }

            if (isNewPeer != null)
                isNewPeer[row] = isNew ? (byte)1 : (byte)0;
        }

        return true;
    }

    // Whether each value is above the one before it; values[0] is before the chunk.
    private static bool Rises(long* values, int rowCount)
    {
        var i = 0;
        for (; i <= rowCount - 4; i += 4)
        {
            if (!Vector256.LessThanAll(Vector256.Load(values + i), Vector256.Load(values + i + 1)))
                return false;
        }

        for (; i < rowCount; i++)
        {
            if (values[i] >= values[i + 1])
                return false;
        }

        return true;
    }
}
