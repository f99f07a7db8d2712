using Zepto.Query.Execution;

namespace Zepto.Query.Engine;

/// <summary>
/// A statement that changes a table by the rows of a plan: BeginAsync, Take for each chunk of the plan, Finish after the last one while the plan is still
/// open, StoreAsync, Dispose. Made for one execution; the steps come one after another, on changing threads. Nothing is changed before StoreAsync.
/// </summary>
internal abstract class RowChange : IDisposable
{
    /// <summary>Makes the plan, when the statement may begin; called again when the plan could not be opened, since columns changed. Throws SqlException.</summary>
    public abstract ValueTask<Plan> BeginAsync();

    /// <summary>Takes the plan's current chunk.</summary>
    public abstract void Take(Operator source);

    /// <summary>All chunks have been taken.</summary>
    public abstract void Finish();

    /// <summary>Makes the change, all of it or none; says how many rows were written.</summary>
    public abstract ValueTask<long> StoreAsync();

    /// <summary>Asks to stop waiting, from any thread.</summary>
    public virtual void Cancel()
    {
    }

    /// <summary>Gives back what it holds; also after an error, and more than once.</summary>
    public abstract void Dispose();
}
