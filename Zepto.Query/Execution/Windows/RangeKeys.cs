using System.Runtime.CompilerServices;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>The ORDER BY key of a partition as numbers that rise in window order, and the search for the edges of RANGE frames in them.</summary>
internal readonly unsafe struct RangeKeys
{
    private readonly Vector _key;
    private readonly long* _encoded;
    private readonly long _flip;

    // Rows whose key is not NULL; the NULLs are all before or all behind them.
    private readonly int _from;
    private readonly int _to;

    private RangeKeys(in Vector key, long* encoded, bool descending, int from, int to)
    {
        _key = key;
        _encoded = encoded;
        _flip = descending ? -1 : 0;
        _from = from;
        _to = to;
    }

    /// <summary>Encodes the partition's key.</summary>
    public static RangeKeys Of(WindowPartition partition)
    {
        var rowCount = partition.RowCount;
        var encoded = partition.Scratch.Allocate<long>(rowCount);
        KeyEncoding.EncodePlain(partition.Key, rowCount, encoded);
        var (from, to) = (0, rowCount);
        while (from < rowCount && encoded[from] == long.MinValue)
            from++;
        while (to > from && encoded[to - 1] == long.MinValue)
            to--;
        if (partition.KeyDescending)
        {
            for (var row = from; row < to; row++)
                encoded[row] = ~encoded[row];
        }

        return new RangeKeys(partition.Key, encoded, partition.KeyDescending, from, to);
    }

    /// <summary>
    /// For each row the first row whose key is at or beyond the row's own key moved by a distance, or with <paramref name="afterEqual"/> beyond it.
    /// Rows with a NULL key get their peers' edge.
    /// </summary>
    /// <param name="distance">For a Float64 key; negative towards the partition's start.</param>
    /// <param name="steps">For an Int64 key.</param>
    public void Seek(double distance, long steps, bool afterEqual, int* peerEdges, int* found)
    {
        for (var row = 0; row < _from; row++)
            found[row] = peerEdges[row];
        for (var row = _to; row < _key.RowCount; row++)
            found[row] = peerEdges[row];
        if (_key.Kind == VectorKind.Int64)
            Seek(new IntegerStep(_flip == 0 ? steps : -steps), (long*)_key.Data, afterEqual, found);
        else
            Seek(new FloatStep(_flip == 0 ? distance : -distance), (double*)_key.Data, afterEqual, found);
    }

    private void Seek<T, TStep>(TStep step, T* values, bool afterEqual, int* found) where T : unmanaged where TStep : struct, IStep<T>
    {
        var at = _from;
        for (var row = _from; row < _to; row++)
        {
            var target = step.Move(values[row], out var overflow) ^ _flip;
            if (overflow == 0)
            {
                while (at < _to && (_encoded[at] < target || (afterEqual && _encoded[at] == target)))
                    at++;
            }
            else if ((overflow ^ (int)_flip) >= 0)
            {
                // Beyond every key; on the other side the search stays at the first row.
                at = _to;
            }

            found[row] = at;
        }
    }

    private interface IStep<T>
    {
        /// <summary>Base form of the moved value; <paramref name="overflow"/> is 1 or -1 when it is above or below all numbers, else 0.</summary>
        long Move(T value, out int overflow);
    }

    private readonly struct IntegerStep(long steps) : IStep<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long Move(long value, out int overflow)
        {
            var moved = unchecked(value + steps);
            overflow = ((value ^ moved) & (steps ^ moved)) >= 0 ? 0 : value < 0 ? -1 : 1;
            return moved;
        }
    }

    private readonly struct FloatStep(double distance) : IStep<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long Move(double value, out int overflow)
        {
            overflow = 0;
            return KeyEncoding.OfDouble(value + distance);
        }
    }
}
