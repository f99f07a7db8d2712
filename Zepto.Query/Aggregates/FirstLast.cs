using Zepto.Query.Execution;
using Zepto.Query.Vectors;

namespace Zepto.Query.Aggregates;

/// <summary>
/// first(x) and last(x): the value of the earliest or latest row, NULL included. Rows are ordered by time and then sequence where these columns are
/// given (of equal ones the later row is the later), else by their order of coming.
/// </summary>
/// <param name="result">Shape of the value.</param>
/// <param name="arguments">Value, then sequence, then time; each of the last two may be missing.</param>
/// <param name="last">The latest instead of the earliest.</param>
internal sealed unsafe class FirstLast(ColumnShape result, int[] arguments, bool last) : PickAggregate(result, arguments)
{
    private readonly bool _hasOrder = arguments.Length > 1;
    private readonly int _sequence = arguments.Length > 1 ? arguments[1] : -1;
    private readonly int _time = arguments.Length > 2 ? arguments[2] : -1;

    protected override int StateBytes => sizeof(Edge);

    protected override void PickFromRange(byte* state, Vector[] columns, int start, int count, ReadOnlySpan<byte> mask)
    {
        var row = last ? start + count - 1 : start;
        if (!mask.IsEmpty)
            row = last ? mask.LastIndexOf((byte)1) : mask.IndexOf((byte)1);
        if (row < 0)
            return;
        var edge = (Edge*)state;
        var (time, sequence) = (ValueAt(columns, _time, row), ValueAt(columns, _sequence, row));
        if (edge->Value.Row == PickedValue.Empty || IsBeyond(time, sequence, edge))
            Set(edge, row, time, sequence);
    }

    protected override void PickFromGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        var states = (Edge*)State(0);
        if (!_hasOrder)
        {
            for (var row = 0; row < groups.Length; row++)
            {
                var value = &states[groups[row]].Value;
                if (last || value->Row == PickedValue.Empty)
                    value->Row = row;
            }

            return;
        }

        var zero = 0L;
        var time = _time < 0 ? &zero : (long*)columns[_time].Data;
        var timeStep = _time < 0 || columns[_time].IsConstant ? 0 : 1;
        var sequence = (long*)columns[_sequence].Data;
        var sequenceStep = columns[_sequence].IsConstant ? 0 : 1;
        for (var row = 0; row < groups.Length; row++)
        {
            var edge = states + groups[row];
            if (edge->Value.Row == PickedValue.Empty || IsBeyond(*time, *sequence, edge))
                Set(edge, row, *time, *sequence);
            time += timeStep;
            sequence += sequenceStep;
        }
    }

    protected override void MergeState(byte* own, byte* theirs)
    {
        var edge = (Edge*)own;
        var other = (Edge*)theirs;
        if (edge->Value.Row != PickedValue.Empty && !IsBeyond(other->Time, other->Sequence, edge))
            return;
        edge->Value.Take(other->Value);
        (edge->Time, edge->Sequence) = (other->Time, other->Sequence);
    }

    private static void Set(Edge* edge, int row, long time, long sequence)
    {
        edge->Value.Row = row;
        edge->Time = time;
        edge->Sequence = sequence;
    }

    // Without order columns all numbers are 0: the first stays, the last is replaced.
    private bool IsBeyond(long time, long sequence, Edge* edge)
    {
        if (time != edge->Time)
            return time > edge->Time == last;
        return last ? sequence >= edge->Sequence : sequence < edge->Sequence;
    }

    private static long ValueAt(Vector[] columns, int column, int row)
    {
        if (column < 0)
            return 0;
        var vector = columns[column];
        return vector.Int64[vector.IsConstant ? 0 : row];
    }

    private struct Edge
    {
        public PickedValue Value;
        public long Time;
        public long Sequence;
    }
}

/// <summary>any(x): the first value met that is not NULL.</summary>
internal sealed unsafe class AnyValue(ColumnShape result, int[] arguments) : PickAggregate(result, arguments)
{
    protected override int StateBytes => sizeof(PickedValue);

    protected override void PickFromRange(byte* state, Vector[] columns, int start, int count, ReadOnlySpan<byte> mask)
    {
        var value = (PickedValue*)state;
        if (value->Row != PickedValue.Empty)
            return;
        var vector = columns[Arguments[0]];
        for (var row = start; row < start + count; row++)
        {
            if ((!mask.IsEmpty && mask[row - start] != 1) || NullTests.IsNull(vector, row))
                continue;
            value->Row = row;
            return;
        }
    }

    protected override void PickFromGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        var states = (PickedValue*)State(0);
        var vector = columns[Arguments[0]];
        for (var row = 0; row < groups.Length; row++)
        {
            var value = states + groups[row];
            if (value->Row == PickedValue.Empty && !NullTests.IsNull(vector, row))
                value->Row = row;
        }
    }

    protected override void MergeState(byte* own, byte* theirs)
    {
        if (((PickedValue*)own)->Row == PickedValue.Empty)
            ((PickedValue*)own)->Take(*(PickedValue*)theirs);
    }
}
