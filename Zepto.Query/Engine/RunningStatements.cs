using Zepto.Query.Results;

namespace Zepto.Query.Engine;

/// <summary>The statements that run now, for administrators. Thread-safe; the lock is held for a few instructions.</summary>
internal sealed class RunningStatements
{
    private readonly Lock _gate = new();
    private readonly List<StatementExecution> _running = [];

    /// <summary>Lists a statement.</summary>
    public void Add(StatementExecution execution)
    {
        lock (_gate)
        {
            execution.RunningIndex = _running.Count;
            _running.Add(execution);
        }
    }

    /// <summary>Takes a statement off the list; the last one takes its place.</summary>
    public void Remove(StatementExecution execution)
    {
        lock (_gate)
        {
            var last = _running[^1];
            _running[execution.RunningIndex] = last;
            last.RunningIndex = execution.RunningIndex;
            _running.RemoveAt(_running.Count - 1);
        }
    }

    /// <summary>All that run now.</summary>
    public IReadOnlyList<RunningStatement> Describe()
    {
        lock (_gate)
            return _running.ConvertAll(e => e.Describe());
    }

    /// <summary>Stops the statement of an id; false when there is none.</summary>
    public bool TryCancel(int id)
    {
        lock (_gate)
        {
            // Only a listed execution is cancelled: one that was given back may serve somebody else.
            if (_running.Find(e => e.Id == id) is not { } found)
                return false;
            found.Cancel();
            return true;
        }
    }

    /// <summary>Stops all.</summary>
    public void CancelAll()
    {
        lock (_gate)
            _running.ForEach(e => e.Cancel());
    }
}
