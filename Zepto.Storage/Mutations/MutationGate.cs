using System.Diagnostics.CodeAnalysis;

namespace Zepto.Storage.Mutations;

/// <summary>Lets one UPDATE or DELETE of a table run at a time, first come first served.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "nobody asks for the semaphore's wait handle, the only thing to dispose, and a turn may end after its table")]
internal sealed class MutationGate
{
    private readonly SemaphoreSlim _free = new(1, 1);

    /// <summary>Waits for its turn; disposing the result ends it.</summary>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(_free);
    }

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
