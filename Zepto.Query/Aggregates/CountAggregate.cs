using Zepto.Query.Execution;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>count(*) without an argument, else the rows whose argument is not NULL.</summary>
internal sealed unsafe class CountAggregate(int[] arguments) : AggregateFunction(new ColumnShape(ColumnType.Int64, VectorKind.Int64, false), arguments)
{
    protected override int StateBytes => sizeof(long);

    public override void UpdateRange(int group, Vector[] columns, int start, int count) =>
        *(long*)State(group) += Arguments.Length == 0 ? count : NullTests.CountPresent(columns[Arguments[0]], start, count);

    public override void Result(int first, int count, void* destination) =>
        Buffer.MemoryCopy(State(first), destination, count * 8L, count * 8L);

    protected override void Initialize(byte* state) => *(long*)state = 0;
}
