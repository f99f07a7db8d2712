using System.Runtime.ExceptionServices;
using Zepto.Native.Threads;
using Zepto.Native.Topology;
using Zepto.Query.Execution;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Engine;

/// <summary>
/// The threads that run long statements, a step (one batch) at a time and in the order in which steps were asked for, so that a long result
/// does not keep others waiting. At most so many statements are admitted at once; a further one waits for its first step until another ends.
/// </summary>
internal sealed class QueryThreads : IWorkerPool, IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<StatementExecution> _steps = new();
    private readonly Queue<StatementExecution> _waiting = new();
    private readonly List<ParallelTask> _helpWanted = [];
    private readonly Thread[] _threads;
    private readonly int _mostAdmitted;
    private readonly int _mostWaiting;
    private int _admitted;
    private int _slotsTaken;
    private bool _stopping;

    public QueryThreads(EngineOptions options)
    {
        var cpus = CpuTopology.Current.Cpus;
        var count = options.QueryThreads > 0 ? options.QueryThreads : cpus.Count;
        _mostAdmitted = options.MaxConcurrentQueries > 0 ? options.MaxConcurrentQueries : 2 * cpus.Count;
        _mostWaiting = options.MaxWaitingQueries;
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
            _threads[i] = PinnedThread.Start($"zepto-query-{i}", options.Pin ? cpus[i % cpus.Count] : -1, Work);
    }

    /// <inheritdoc/>
    public int Count => _threads.Length;

    /// <summary>Counts a statement in; throws when too many wait already. Each one that got in must <see cref="Leave"/>.</summary>
    public void Admit()
    {
        lock (_gate)
        {
            if (_admitted >= _mostAdmitted + _mostWaiting)
            {
                throw new SqlException(
                    StatementErrorKind.Overloaded, $"{_mostAdmitted} statements run (--max-concurrent-queries) and {_mostWaiting} wait already; try again later");
            }

            _admitted++;
        }
    }

    /// <summary>A statement has ended; the next waiting one may begin.</summary>
    public void Leave(StatementExecution execution)
    {
        lock (_gate)
        {
            _admitted--;
            if (!execution.HoldsSlot)
                return;
            execution.HoldsSlot = false;
            _slotsTaken--;
            if (_waiting.TryDequeue(out var next))
                Enqueue(next);
        }
    }

    /// <summary>Asks for a step of a statement; it completes the statement's task. The first step waits for a slot.</summary>
    public void Enqueue(StatementExecution execution)
    {
        lock (_gate)
        {
            if (!execution.HoldsSlot)
            {
                if (_slotsTaken == _mostAdmitted && !_stopping)
                {
                    _waiting.Enqueue(execution);
                    return;
                }

                _slotsTaken++;
                execution.HoldsSlot = true;
            }

            _steps.Enqueue(execution);
            // All: a single pulse may reach a thread that waits for helpers instead of work.
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Whether a statement's next step may run on the calling thread: a query thread on which its caller goes on after the last step, and nobody else
    /// wants it. Spares the queue for each batch of a long result. A guess without the lock: at worst somebody waits for one step more.
    /// </summary>
    public bool MayRunHere(StatementExecution execution) => s_isQueryThread && execution.HoldsSlot && _steps.Count == 0 && _waiting.Count == 0;

    /// <summary>After a step: whoever waits for a slot gets this one, so that a client that reads slowly keeps none.</summary>
    public void AfterStep(StatementExecution execution)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out var next))
                return;
            execution.HoldsSlot = false;
            _slotsTaken--;
            Enqueue(next);
        }
    }

    /// <summary>Lets a statement that was stopped while it waits for a slot see that; it ends at its first step.</summary>
    public void Wake(StatementExecution execution)
    {
        lock (_gate)
        {
            for (var i = _waiting.Count; i > 0; i--)
            {
                var waiting = _waiting.Dequeue();
                if (waiting != execution)
                {
                    _waiting.Enqueue(waiting);
                    continue;
                }

                _slotsTaken++;
                waiting.HoldsSlot = true;
                Enqueue(waiting);
            }
        }
    }

    /// <summary>Ends the threads after the steps that were asked for.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            while (_waiting.TryDequeue(out var execution))
                Enqueue(execution);
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
        {
            // A continuation of a step runs on its query thread and may end the engine.
            if (thread != Thread.CurrentThread)
                thread.Join();
        }
    }

    /// <inheritdoc/>
    public void Run(IParallelWork work, int shares)
    {
        // One a thread: a thread leads one piece of work at a time.
        var task = s_taskOfThread ??= new ParallelTask();
        task.Begin(work, shares);
        lock (_gate)
        {
            _helpWanted.Add(task);
            Monitor.PulseAll(_gate);
        }

        task.RunShare(0);
        lock (_gate)
        {
            _helpWanted.Remove(task);
            while (task.Helpers > 0)
                Monitor.Wait(_gate);
        }

        task.End();
    }

    private void Work()
    {
        s_isQueryThread = true;
        while (true)
        {
            StatementExecution? execution;
            ParallelTask? task = null;
            var share = 0;
            lock (_gate)
            {
                // Statements that wait for a thread go before helping others.
                while (!_steps.TryDequeue(out execution) && !TryHelp(out task, out share))
                {
                    if (_stopping)
                        return;
                    Monitor.Wait(_gate);
                }
            }

            if (execution is not null)
            {
                execution.RunStep();
                continue;
            }

            task!.RunShare(share);
            lock (_gate)
            {
                task.Helpers--;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private bool TryHelp(out ParallelTask? task, out int share)
    {
        foreach (var wanted in _helpWanted)
        {
            if (!wanted.TryTakeShare(out share))
                continue;
            task = wanted;
            wanted.Helpers++;
            return true;
        }

        task = null;
        share = 0;
        return false;
    }

    [ThreadStatic] private static ParallelTask? s_taskOfThread;
    [ThreadStatic] private static bool s_isQueryThread;

    /// <summary>Work that is shared out. All but RunShare is called under the gate or by the leading thread alone.</summary>
    private sealed class ParallelTask
    {
        private IParallelWork? _work;
        private ExceptionDispatchInfo? _error;
        private int _shares;
        private int _nextShare;

        /// <summary>Threads that help now.</summary>
        public int Helpers { get; set; }

        public void Begin(IParallelWork work, int shares)
        {
            (_work, _shares, _nextShare, _error) = (work, shares, 1, null);
            Helpers = 0;
        }

        public bool TryTakeShare(out int share)
        {
            share = _nextShare;
            if (share >= _shares)
                return false;
            _nextShare++;
            return true;
        }

        public void RunShare(int share)
        {
            try
            {
                _work!.RunShare(share);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(exception), null);
            }
        }

        public void End()
        {
            _work = null;
            _error?.Throw();
        }
    }
}
