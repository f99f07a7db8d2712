namespace Zepto.Login.Tests.Provider;

/// <summary>The system's time, put forward by a test.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    /// <summary>How far.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
