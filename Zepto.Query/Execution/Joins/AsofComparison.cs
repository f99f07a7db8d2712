namespace Zepto.Query.Execution.Joins;

/// <summary>The inequality of an ASOF join, the left time first.</summary>
internal enum AsofComparison : byte
{
    /// <summary>The latest right row not after the left row.</summary>
    GreaterOrEqual,

    /// <summary>The latest right row before the left row.</summary>
    Greater,

    /// <summary>The earliest right row not before the left row.</summary>
    LessOrEqual,

    /// <summary>The earliest right row after the left row.</summary>
    Less,
}
