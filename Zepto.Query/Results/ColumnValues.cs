using System.Diagnostics;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Results;

/// <summary>How the values of one result column lie in memory.</summary>
public enum ValueKind : byte
{
    /// <summary>Int64, also for INT32 and TIMESTAMP_NS; NULL is <see cref="long.MinValue"/>.</summary>
    Int64,

    /// <summary>Double, also for FLOAT32; NULL is one reserved NaN, see <see cref="Zepto.Storage.Schema.Nulls"/>.</summary>
    Float64,

    /// <summary>One byte: 0 false, 1 true, 2 NULL.</summary>
    Bool,

    /// <summary>UTF-8 text, also the names of symbols; NULL has no address.</summary>
    Text,
}

/// <summary>
/// The values of one column of a result batch. Valid until the next call to <see cref="IStatementExecution.MoveNextAsync"/>
/// or to Dispose of the execution that handed it out; one thread at a time.
/// </summary>
public readonly unsafe struct ColumnValues
{
    private readonly void* _values;
    private readonly int _rowCount;

    internal ColumnValues(ValueKind kind, void* values, int rowCount)
    {
        Kind = kind;
        _values = values;
        _rowCount = rowCount;
    }

    /// <summary>How to read the values.</summary>
    public ValueKind Kind { get; }

    /// <summary>Values of an <see cref="ValueKind.Int64"/> column, one a row.</summary>
    public ReadOnlySpan<long> Int64
    {
        get { Debug.Assert(Kind == ValueKind.Int64); return new ReadOnlySpan<long>(_values, _rowCount); }
    }

    /// <summary>Values of a <see cref="ValueKind.Float64"/> column, one a row.</summary>
    public ReadOnlySpan<double> Float64
    {
        get { Debug.Assert(Kind == ValueKind.Float64); return new ReadOnlySpan<double>(_values, _rowCount); }
    }

    /// <summary>Values of a <see cref="ValueKind.Bool"/> column, one a row: 0, 1, or 2 for NULL.</summary>
    public ReadOnlySpan<byte> Bool
    {
        get { Debug.Assert(Kind == ValueKind.Bool); return new ReadOnlySpan<byte>(_values, _rowCount); }
    }

    /// <summary>Values of a <see cref="ValueKind.Text"/> column, one a row.</summary>
    public ReadOnlySpan<TextRef> Text
    {
        get { Debug.Assert(Kind == ValueKind.Text); return new ReadOnlySpan<TextRef>(_values, _rowCount); }
    }
}
