using Zepto.Query.Execution.Scans;

namespace Zepto.Query.Execution.Aggregation;

/// <summary>
/// An aggregation of a scan that several threads share when there is enough to read: each takes slices of the table into groups of its own, and the
/// first one merges them. Small scans, and statements that run where they arrived, use one thread.
/// </summary>
/// <param name="leader">The aggregation that gives the result.</param>
/// <param name="scan">Its scan.</param>
/// <param name="makeFollower">Makes another one of the same plan whose scan shares the slices of <paramref name="scan"/>.</param>
internal sealed class ParallelAggregateOperator(AggregateOperator leader, ScanOperator scan, Func<AggregateOperator> makeFollower)
    : Operator(leader.Shape), IParallelWork
{
    // Some 100 us of work: a thread costs less than a tenth of that to wake and to merge.
    private const long LeastRowsPerShare = 131_072;

    private readonly List<AggregateOperator> _followers = [];
    private QueryRun[] _runs = [];
    private bool[] _isOpen = [];
    private QueryRun? _run;
    private bool _consumed;

    public override ReadOnlySpan<Operator> Inputs => leader.Inputs;

    public override double RowCostNs => leader.RowCostNs;

    public override double RowsPerInputRow => leader.RowsPerInputRow;

    public override string Describe() => $"Parallel {leader.Describe()}";

    public override void Open(QueryRun run)
    {
        _run = run;
        _consumed = false;
        Array.Clear(_isOpen);
        leader.Open(run);
    }

    public override bool Next()
    {
        if (!_consumed)
        {
            _consumed = true;
            var shares = CountShares();
            if (shares == 1)
                leader.Consume();
            else
                ConsumeShared(shares);
        }

        if (!leader.Next())
            return false;
        RowCount = leader.RowCount;
        leader.Columns.CopyTo(Columns, 0);
        return true;
    }

    public override void Close()
    {
        for (var i = 0; i < _isOpen.Length; i++)
        {
            if (_isOpen[i])
                _followers[i].Close();
        }

        leader.Close();
    }

    void IParallelWork.RunShare(int share)
    {
        if (share == 0)
        {
            leader.Consume();
            return;
        }

        _isOpen[share - 1] = true;
        _followers[share - 1].Open(_runs[share - 1]);
        _followers[share - 1].Consume();
    }

    private int CountShares()
    {
        if (_run!.Workers is not { Count: > 1 } workers)
            return 1;
        return (int)Math.Clamp(scan.EstimateRows(LeastRowsPerShare * workers.Count) / LeastRowsPerShare, 1, workers.Count);
    }

    private void ConsumeShared(int shares)
    {
        while (_followers.Count < shares - 1)
            _followers.Add(makeFollower());
        if (_runs.Length < _followers.Count)
        {
            _runs = new QueryRun[_followers.Count];
            _isOpen = new bool[_followers.Count];
        }

        for (var i = 0; i < shares - 1; i++)
            _runs[i] = _run!.Follower(i);
        _run!.Workers!.Run(this, shares);
        for (var i = 0; i < shares - 1; i++)
        {
            if (!_isOpen[i])
                continue;
            leader.MergeFrom(_followers[i]);
            _run.RowsScanned += _runs[i].RowsScanned;
        }
    }
}
