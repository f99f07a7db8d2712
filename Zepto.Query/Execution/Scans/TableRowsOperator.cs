using Zepto.Query.Vectors;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Execution.Scans;

/// <summary>The number of a table's rows, which the table knows: count(*) without a condition, one row with as many columns as are asked for.</summary>
internal sealed unsafe class TableRowsOperator(Table table, int columns)
    : Operator([.. Enumerable.Repeat(new ColumnShape(ColumnType.Int64, VectorKind.Int64, false), columns)])
{
    private long* _count;
    private bool _served;

    public override string Describe() => $"Row count of {table.Name}";

    public override void Open(QueryRun run)
    {
        _served = false;
        _count = run.Arena.Allocate<long>(1);
        *_count = table.RowCount;
    }

    public override bool Next()
    {
        if (_served)
            return false;
        _served = true;
        RowCount = 1;
        Array.Fill(Columns, Vector.Of(VectorKind.Int64, _count, 1, false));
        return true;
    }

    public override void Close()
    {
    }
}
