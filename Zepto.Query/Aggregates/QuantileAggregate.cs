using System.Globalization;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>median, percentile, percentile_cont and quantile of FLOAT64: exact, interpolated linearly; NaN is the greatest value. NULL without values.</summary>
/// <param name="argument">Column of the values.</param>
/// <param name="name">As written, for errors.</param>
/// <param name="level">A constant FLOAT64, read anew in each run; null for the median.</param>
/// <param name="highest">Level of the maximum: 1, or 100 for percentages.</param>
internal sealed unsafe class QuantileAggregate(int argument, string name, BoundExpression? level, int highest)
    : AggregateFunction(new ColumnShape(ColumnType.Float64, VectorKind.Float64, true), [argument])
{
    private EvaluationContext? _context;
    private QueryRun? _run;
    private double _level;

    protected override int StateBytes => (sizeof(ValueBlocks) + 15) & ~15;

    public override void Begin(QueryRun run)
    {
        base.Begin(run);
        _run = run;
        _level = level is null ? 0.5 : ReadLevel(run);
    }

    public override void UpdateRange(int group, Vector[] columns, int start, int count) => Add(group, columns[Arguments[0]], start, count, default);

    public override void UpdateMasked(int group, Vector[] columns, ReadOnlySpan<byte> mask) => Add(group, columns[Arguments[0]], 0, mask.Length, mask);

    public override void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        var vector = columns[Arguments[0]];
        var value = (double*)vector.Data;
        var step = vector.IsConstant ? 0 : 1;
        foreach (var group in groups)
        {
            if (!Nulls.IsNull(*value))
                ((ValueBlocks*)State(group))->Add(KeyEncoding.OfDouble(*value), Arena);
            value += step;
        }
    }

    public override void Merge(AggregateFunction other, int first, ReadOnlySpan<int> groups)
    {
        for (var i = 0; i < groups.Length; i++)
            ((ValueBlocks*)State(groups[i]))->Append(*(ValueBlocks*)((QuantileAggregate)other).State(first + i));
    }

    public override void Result(int first, int count, void* destination)
    {
        for (var i = 0; i < count; i++)
            ((double*)destination)[i] = ResultOf((ValueBlocks*)State(first + i));
    }

    protected override void Initialize(byte* state) => *(ValueBlocks*)state = default;

    private void Add(int group, in Vector vector, int start, int count, ReadOnlySpan<byte> mask)
    {
        var blocks = (ValueBlocks*)State(group);
        var values = (double*)vector.Data + (vector.IsConstant ? 0 : start);
        var step = vector.IsConstant ? 0 : 1;
        for (var i = 0; i < count; i++)
        {
            if ((mask.IsEmpty || mask[i] == 1) && !Nulls.IsNull(*values))
                blocks->Add(KeyEncoding.OfDouble(*values), Arena);
            values += step;
        }
    }

    private double ResultOf(ValueBlocks* blocks)
    {
        if (blocks->Count == 0)
            return Nulls.Float64;
        if (blocks->Count > int.MaxValue)
            throw SqlException.Value($"{name} has too many values");
        var scratch = _run!.Scratch;
        var mark = scratch.MarkPosition();
        var values = scratch.AllocateSpan<long>((int)blocks->Count);
        fixed (long* start = values)
            blocks->CopyTo(start);
        var (lower, upper, share) = OrderStatistics.Quantile(values, _level);
        scratch.Release(mark);
        var (from, to) = (KeyEncoding.ToDouble(lower), KeyEncoding.ToDouble(upper));
        // Equal ends need no arithmetic, which would turn infinities into NaN.
        return lower == upper ? from : from + ((to - from) * share);
    }

    private double ReadLevel(QueryRun run)
    {
        _context = EvaluationContext.Of(_context, run, 0);
        _context.RowCount = 1;
        var mark = run.Scratch.MarkPosition();
        var value = level!.Evaluate(_context).Float64[0];
        run.Scratch.Release(mark);
        if (Nulls.IsNull(value) || !(value >= 0 && value <= highest))
            throw SqlException.Value($"{name} needs a level from 0 to {highest}, not {(Nulls.IsNull(value) ? "NULL" : value.ToString(CultureInfo.InvariantCulture))}");
        return value / highest;
    }
}
