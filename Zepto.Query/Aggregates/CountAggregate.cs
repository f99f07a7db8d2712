using Zepto.Query.Execution;
using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>count(*) without an argument, else the rows whose argument is not NULL.</summary>
internal sealed unsafe class CountAggregate(int[] arguments) : AggregateFunction(new ColumnShape(ColumnType.Int64, VectorKind.Int64, false), arguments)
{
    private const int StateWidth = 16;

    protected override int StateBytes => StateWidth;

    public override void UpdateRange(int group, Vector[] columns, int start, int count) =>
        *(long*)State(group) += Arguments.Length == 0 ? count : NullTests.CountPresent(columns[Arguments[0]], start, count);

    public override void UpdateMasked(int group, Vector[] columns, ReadOnlySpan<byte> mask) =>
        *(long*)State(group) += Arguments.Length == 0 ? mask.Count((byte)1) : NullTests.CountPresent(columns[Arguments[0]], mask);

    public override void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        if (Arguments.Length == 0 || !columns[Arguments[0]].MayHaveNulls)
        {
            var states = State(0);
            foreach (var group in groups)
                ++*(long*)(states + (nint)group * StateWidth);
            return;
        }

        var vector = columns[Arguments[0]];
        switch (vector.Kind)
        {
            case VectorKind.Int64: CountPresent<long>(groups, vector); break;
            case VectorKind.Float64: CountPresent<double>(groups, vector); break;
            case VectorKind.Bool: CountPresent<byte>(groups, vector); break;
            case VectorKind.Code: CountPresent<int>(groups, vector); break;
            default: CountPresent<TextRef>(groups, vector); break;
        }
    }

    public override void Merge(AggregateFunction other, int first, ReadOnlySpan<int> groups)
    {
        var source = (CountAggregate)other;
        for (var i = 0; i < groups.Length; i++)
            *(long*)State(groups[i]) += *(long*)source.State(first + i);
    }

    public override void Result(int first, int count, void* destination)
    {
        for (var i = 0; i < count; i++)
            ((long*)destination)[i] = *(long*)State(first + i);
    }

    protected override void Initialize(byte* state) => *(long*)state = 0;

    private void CountPresent<T>(ReadOnlySpan<int> groups, in Vector vector) where T : unmanaged
    {
        var values = (T*)vector.Data;
        var states = State(0);
        var step = vector.IsConstant ? 0 : 1;
        foreach (var group in groups)
        {
            *(long*)(states + (nint)group * StateWidth) += NullValue.Is(*values) ? 0 : 1;
            values += step;
        }
    }
}
