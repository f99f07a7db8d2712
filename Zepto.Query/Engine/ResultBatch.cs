using Zepto.Native.Memory;
using Zepto.Query.Execution;
using Zepto.Query.Results;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Engine;

/// <summary>
/// The current chunk of a plan as callers see it: constants written out, codes resolved to texts. Columns are converted when they are asked for,
/// once a chunk, in the run's scratch memory, which is given back before the next chunk.
/// </summary>
internal sealed unsafe class ResultBatch
{
    private ColumnValues[] _values = new ColumnValues[8];
    private bool[] _isReady = new bool[8];
    private NativeArena? _scratch;
    private NativeArena.Mark _mark;
    private Operator? _source;

    /// <summary>Shows the operator's current chunk.</summary>
    public void Show(Operator source, NativeArena scratch)
    {
        if (source.Columns.Length > _values.Length)
        {
            _values = new ColumnValues[source.Columns.Length];
            _isReady = new bool[source.Columns.Length];
        }

        Array.Clear(_isReady);
        _source = source;
        _scratch = scratch;
        _mark = scratch.MarkPosition();
    }

    /// <summary>Gives the memory back; no chunk is shown then.</summary>
    public void Clear()
    {
        if (_source is null)
            return;
        _source = null;
        _scratch!.Release(_mark);
    }

    /// <summary>A column of the chunk.</summary>
    public ColumnValues Values(int index)
    {
        if (_isReady[index])
            return _values[index];
        _isReady[index] = true;
        return _values[index] = Convert(_source!.Columns[index], _source.RowCount);
    }

    private ColumnValues Convert(in Vector source, int rowCount) => source.Kind switch
    {
        VectorKind.Int64 => new ColumnValues(ValueKind.Int64, Flat<long>(source, rowCount), rowCount),
        VectorKind.Float64 => new ColumnValues(ValueKind.Float64, Flat<double>(source, rowCount), rowCount),
        VectorKind.Bool => new ColumnValues(ValueKind.Bool, Flat<byte>(source, rowCount), rowCount),
        VectorKind.Code => new ColumnValues(ValueKind.Text, Texts(source, rowCount), rowCount),
        _ => new ColumnValues(ValueKind.Text, Flat<TextRef>(source, rowCount), rowCount),
    };

    private void* Flat<T>(in Vector source, int rowCount) where T : unmanaged
    {
        if (!source.IsConstant)
            return source.Data;
        var target = _scratch!.Allocate<T>(rowCount);
        new Span<T>(target, rowCount).Fill(*(T*)source.Data);
        return target;
    }

    private TextRef* Texts(in Vector source, int rowCount)
    {
        var target = _scratch!.Allocate<TextRef>(rowCount);
        var codes = source.Codes;
        if (source.IsConstant)
        {
            new Span<TextRef>(target, rowCount).Fill(TextOf(source.Dictionary, codes[0]));
            return target;
        }

        for (var i = 0; i < rowCount; i++)
            target[i] = TextOf(source.Dictionary, codes[i]);
        return target;
    }

    private static TextRef TextOf(CodeDictionary? dictionary, int code) => code == 0 ? default : dictionary!.Text(code);
}
