namespace Zepto.Http.Transport;

/// <summary>
/// One direction of a socket that is watched edge-triggered: whether trying may help, or somebody waits for the event. Whoever takes
/// the wait away completes it, so an event, a cancellation and an abort at once complete it once. Thread-safe.
/// </summary>
internal struct Readiness
{
    private const int Blocked = 0;
    private const int Ready = 1;
    private const int Waiting = 2;

    private int _state;

    /// <summary>Whether an event has come since the last try.</summary>
    public readonly bool IsReady => Volatile.Read(in _state) == Ready;

    /// <summary>Notes that trying may help, without anybody waiting.</summary>
    public void SetReady()
    {
        if (Volatile.Read(in _state) == Blocked) Interlocked.CompareExchange(ref _state, Ready, Blocked);
    }

    /// <summary>
    /// An event has come. Takes the wait away and says so, like <see cref="TryTakeWait"/>; without one, notes that trying may help. In one step, so that a
    /// wait that begins meanwhile sees the event or is taken: edge-triggered, it would not come again.
    /// </summary>
    public bool TakeWaitOrSetReady()
    {
        while (true)
        {
            int state = Volatile.Read(in _state);
            if (state == Ready) return false;
            if (Interlocked.CompareExchange(ref _state, state == Waiting ? Blocked : Ready, state) == state) return state == Waiting;
        }
    }

    /// <summary>Before a try: events from here on count anew.</summary>
    public void BeginTry()
    {
        if (Volatile.Read(in _state) == Ready) Interlocked.CompareExchange(ref _state, Blocked, Ready);
    }

    /// <summary>After a try that would wait: false when an event has come since, so that the try must be repeated.</summary>
    public bool TryWait() => Interlocked.CompareExchange(ref _state, Waiting, Blocked) == Blocked;

    /// <summary>Begins a wait that does not need an event to end: somebody will take it away soon. An event noted before is forgotten, the next try finds out.</summary>
    public void Wait() => Volatile.Write(ref _state, Waiting);

    /// <summary>Takes the wait away; true for the one caller who must complete it.</summary>
    public bool TryTakeWait() => Interlocked.CompareExchange(ref _state, Blocked, Waiting) == Waiting;
}
