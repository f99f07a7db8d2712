namespace Zepto.Query.Execution.Rows;

/// <summary>One row without columns: what a SELECT without FROM reads.</summary>
internal sealed class SingleRowOperator() : Operator([])
{
    private bool _served;

    public override string Describe() => "Single row";

    public override void Open(QueryRun run) => _served = false;

    public override bool Next()
    {
        if (_served)
            return false;
        _served = true;
        RowCount = 1;
        return true;
    }

    public override void Close()
    {
    }
}
