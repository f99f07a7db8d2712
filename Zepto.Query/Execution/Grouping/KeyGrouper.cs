using Zepto.Native.Memory;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Grouping;

/// <summary>
/// Numbers the distinct combinations of key columns from 0 in order of first appearance. One side adds groups, the other looks them up;
/// window partitions only add. Without key columns every row is of group 0.
/// </summary>
/// <param name="addedKinds">Forms of the key columns on the side that adds.</param>
/// <param name="soughtKinds">Forms on the side that looks up; the same for a grouper that only adds.</param>
/// <param name="groupNulls">NULLs are equal to each other (partitions) instead of belonging nowhere (joins).</param>
internal sealed unsafe class KeyGrouper(VectorKind[] addedKinds, VectorKind[] soughtKinds, bool groupNulls)
{
    private const int SmallestDense = 1024;

    // Symbol ids can be any number: larger ones are numbered by a hash table first.
    private const int LargestDense = 1 << 20;

    private readonly GroupKey[] _keys = CreateKeys(addedKinds, soughtKinds);
    private readonly LongTable[] _values = new LongTable[addedKinds.Length];
    private readonly LongTable[] _pairs = new LongTable[addedKinds.Length];
    private NativeArena? _arena;
    private long* _numbers;

    // For a single Code key: group + 1 by code.
    private int* _dense;
    private int _denseCapacity;
    private int _denseCount;

    /// <summary>Groups numbered so far.</summary>
    public int GroupCount => _keys.Length switch
    {
        0 => 1,
        1 => IsDense ? _denseCount : _values[0].Count,
        _ => _pairs[^1].Count,
    };

    private bool IsDense => _keys.Length == 1 && _keys[0].IsDense;

    /// <summary>Forgets all groups; memory comes from <paramref name="arena"/>.</summary>
    public void Reset(NativeArena arena)
    {
        _arena = arena;
        _numbers = arena.Allocate<long>(Operator.MaxChunkRows);
        _dense = null;
        _denseCapacity = _denseCount = 0;
        for (var i = 0; i < _keys.Length; i++)
        {
            _keys[i].Reset();
            _values[i].Reset();
            _pairs[i].Reset();
        }
    }

    /// <summary>Group of each row of a chunk, new ones where needed; -1 for a NULL key unless NULLs group.</summary>
    public void Add(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> keyColumns, int rowCount, int* groups) =>
        Group(columns, keyColumns, rowCount, groups, true);

    /// <summary>Group of each row of a chunk; -1 where it has none.</summary>
    public void Find(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> keyColumns, int rowCount, int* groups) =>
        Group(columns, keyColumns, rowCount, groups, false);

    private void Group(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> keyColumns, int rowCount, int* groups, bool add)
    {
        if (_keys.Length == 0)
        {
            new Span<int>(groups, rowCount).Clear();
            return;
        }

        for (var key = 0; key < _keys.Length; key++)
        {
            _keys[key].Encode(columns[keyColumns[key]], rowCount, add, _arena!, _numbers);
            if (key > 0)
                Combine(key, rowCount, groups, add);
            else if (IsDense)
                GroupDense(rowCount, groups, add);
            else
                GroupFirst(rowCount, groups, add);
        }
    }

    private void GroupDense(int rowCount, int* groups, bool add)
    {
        for (var i = 0; i < rowCount; i++)
        {
            var number = _numbers[i];
            if (number == GroupKey.Missing)
            {
                if (!groupNulls)
                {
                    groups[i] = -1;
                    continue;
                }

                number = 0;
            }

            if (number >= LargestDense)
            {
                var rank = Lookup(ref _values[0], number, add);
                number = rank < 0 ? long.MaxValue : LargestDense + rank;
            }

            if ((ulong)number < (ulong)_denseCapacity && _dense[number] != 0)
                groups[i] = _dense[number] - 1;
            else
                groups[i] = add ? AddDense(number) : -1;
        }
    }

    private int AddDense(long number)
    {
        if (number >= _denseCapacity)
        {
            var capacity = (int)Math.Min(Math.Max(Math.Max(_denseCapacity * 2L, number + 1), SmallestDense), int.MaxValue);
            var grown = _arena!.Allocate<int>(capacity);
            new Span<int>(_dense, _denseCapacity).CopyTo(new Span<int>(grown, capacity));
            new Span<int>(grown + _denseCapacity, capacity - _denseCapacity).Clear();
            _dense = grown;
            _denseCapacity = capacity;
        }

        _dense[number] = ++_denseCount;
        return _denseCount - 1;
    }

    private void GroupFirst(int rowCount, int* groups, bool add)
    {
        ref var table = ref _values[0];
        var last = 0L;
        var lastGroup = -2;
        for (var i = 0; i < rowCount; i++)
        {
            var number = _numbers[i];
            if (lastGroup == -2 || number != last)
            {
                last = number;
                lastGroup = Lookup(ref table, number, add);
            }

            groups[i] = lastGroup;
        }
    }

    private void Combine(int key, int rowCount, int* groups, bool add)
    {
        ref var values = ref _values[key];
        ref var pairs = ref _pairs[key];
        for (var i = 0; i < rowCount; i++)
        {
            var value = groups[i] < 0 ? -1 : Lookup(ref values, _numbers[i], add);
            if (value < 0)
            {
                groups[i] = -1;
                continue;
            }

            var pair = (long)groups[i] << 32 | (uint)value;
            groups[i] = add ? pairs.FindOrAdd(pair, _arena!) : pairs.Find(pair);
        }
    }

    private int Lookup(ref LongTable table, long number, bool add)
    {
        if (number == GroupKey.Missing && !groupNulls)
            return -1;
        return add ? table.FindOrAdd(number, _arena!) : table.Find(number);
    }

    private static GroupKey[] CreateKeys(VectorKind[] addedKinds, VectorKind[] soughtKinds)
    {
        var keys = new GroupKey[addedKinds.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = new GroupKey(addedKinds[i], soughtKinds[i]);
        return keys;
    }
}
