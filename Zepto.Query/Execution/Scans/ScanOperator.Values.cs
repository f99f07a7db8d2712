using Zepto.Query.Vectors;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>How a chunk's columns are read.</summary>
internal sealed unsafe partial class ScanOperator
{
    private Vector Read(int output, int column, int start, int rows)
    {
        var segment = _segment!;
        if (column == SequenceColumn)
            return Vector.Of(VectorKind.Int64, ReadSequences(start, rows), RowCount, false);
        if (column == MaskColumn)
            return Vector.Of(VectorKind.Bool, _mask, RowCount, true);
        var kind = Shape[output].Kind;
        if (column == _schema.SymbolIndex)
            return Vector.OfConstant(kind, _symbol, RowCount, false, _dictionaries[output]);
        var id = _schema.IdOf(column);
        if (!segment.HasColumn(id))
            return NullVector(kind, RowCount, _dictionaries[output]);
        var type = _schema.Columns[column].Type;
        var nulls = column != _schema.TimestampIndex && HasNulls(id, start);
        return type switch
        {
            ColumnType.Int32 => Widen(new ReadOnlySpan<int>(Stored<int>(id, start, rows), RowCount), nulls),
            ColumnType.Float32 => Widen(new ReadOnlySpan<float>(Stored<float>(id, start, rows), RowCount), nulls),
            ColumnType.Symbol or ColumnType.String => Vector.Of(kind, Stored<int>(id, start, rows), RowCount, nulls, _dictionaries[output]),
            ColumnType.Bool => Vector.Of(kind, Stored<byte>(id, start, rows), RowCount, nulls),
            _ => Vector.Of(kind, Stored<long>(id, start, rows), RowCount, nulls),
        };
    }

    /// <summary>Values of the chunk's rows: where they lie, decoded, or copied together.</summary>
    private T* Stored<T>(ColumnId column, int start, int rows) where T : unmanaged
    {
        if (_picked.Count == 0)
            return (T*)_segment!.Read(column, start, rows, Room<T>(rows));
        var target = _run!.Scratch.Allocate<T>(_picked.Count);
        _segment!.ReadRows(column, _picked.Span, target, Room<T>(Segment.BlockRows));
        return target;
    }

    private long* ReadSequences(int start, int rows)
    {
        if (_picked.Count == 0)
            return _segment!.ReadSequences(start, rows, Room<long>(rows));
        var target = _run!.Scratch.Allocate<long>(_picked.Count);
        _segment!.ReadSequencesOf(_picked.Span, target, Room<long>(Segment.BlockRows));
        return target;
    }

    private bool HasNulls(ColumnId column, int start)
    {
        if (_picked.Count == 0)
            return _segment!.Block(column, start / Segment.BlockRows).NullCount > 0;
        var rows = _picked.Span;
        for (var block = rows[0] / Segment.BlockRows; block <= rows[^1] / Segment.BlockRows; block++)
        {
            if (_segment!.Block(column, block).NullCount > 0)
                return true;
        }

        return false;
    }

    /// <summary>Where the chunk's values are decoded to, if they are encoded.</summary>
    private T* Room<T>(int rows) where T : unmanaged => _segment!.IsEncoded ? _run!.Scratch.Allocate<T>(rows) : null;

    private Vector NullVector(VectorKind kind, int rows, CodeDictionary? dictionary)
    {
        var value = _run!.Scratch.Allocate<long>(2);
        value[0] = kind switch { VectorKind.Int64 => Nulls.Int64, VectorKind.Float64 => Nulls.Float64Bits, VectorKind.Bool => Nulls.Bool, _ => 0 };
        value[1] = 0;
        return Vector.OfConstant(kind, value, rows, true, dictionary);
    }

    private Vector Widen(ReadOnlySpan<int> values, bool nulls)
    {
        var wide = _run!.Scratch.Allocate<long>(values.Length);
        for (var i = 0; i < values.Length; i++)
            wide[i] = values[i] == Nulls.Int32 ? Nulls.Int64 : values[i];
        return Vector.Of(VectorKind.Int64, wide, values.Length, nulls);
    }

    private Vector Widen(ReadOnlySpan<float> values, bool nulls)
    {
        var wide = _run!.Scratch.Allocate<double>(values.Length);
        for (var i = 0; i < values.Length; i++)
            wide[i] = Nulls.IsNull(values[i]) ? Nulls.Float64 : values[i];
        return Vector.Of(VectorKind.Float64, wide, values.Length, nulls);
    }
}
