using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Execution.Windows;

/// <summary>row_number: 1 for the partition's first row.</summary>
internal sealed unsafe class RowNumberFunction() : WindowFunction(WindowShapes.Count)
{
    public override void Compute(WindowPartition partition, void* target)
    {
        for (var row = 0; row < partition.RowCount; row++)
            ((long*)target)[row] = row + 1;
    }
}

/// <summary>rank and dense_rank: peers share a rank; a rank counts the rows before it, a dense one the groups of peers.</summary>
internal sealed unsafe class RankFunction(bool dense) : WindowFunction(WindowShapes.Count)
{
    public override bool NeedsPeers => true;

    public override void Compute(WindowPartition partition, void* target)
    {
        var ranks = (long*)target;
        var starts = partition.PeerStarts;
        var group = 0L;
        for (var row = 0; row < partition.RowCount; row++)
        {
            group += starts[row] == row ? 1 : 0;
            ranks[row] = dense ? group : starts[row] + 1;
        }
    }
}

/// <summary>ntile(n): numbers n parts of the partition from 1; the first parts are one row larger where it does not divide evenly.</summary>
internal sealed unsafe class NtileFunction(BoundExpression parts) : WindowFunction(WindowShapes.Count)
{
    private long _parts;

    public override void Open(EvaluationContext constants)
    {
        if (!ConstantValue.TryInt64(parts, constants, out _parts))
            throw SqlException.Value("ntile needs a number of parts, not NULL");
        if (_parts <= 0)
            throw SqlException.Value($"ntile needs a positive number of parts, got {_parts}");
    }

    public override void Compute(WindowPartition partition, void* target)
    {
        var rowCount = partition.RowCount;
        var results = (long*)target;
        var size = (int)(rowCount / _parts);
        var larger = rowCount % _parts;
        for (int row = 0, part = 1; row < rowCount; part++)
        {
            var count = size + (part <= larger ? 1 : 0);
            new Span<long>(results + row, count).Fill(part);
            row += count;
        }
    }
}
