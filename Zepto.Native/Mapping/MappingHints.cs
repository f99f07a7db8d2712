namespace Zepto.Native.Mapping;

/// <summary>Wishes for a mapping; one that the machine refuses is said once in the log and left out.</summary>
[Flags]
public enum MappingHints
{
    None = 0,

    /// <summary>Transparent huge pages.</summary>
    HugePages = 1,

    /// <summary>Pages are faulted in now.</summary>
    Populate = 2,

    /// <summary>Mostly read front to back.</summary>
    Sequential = 4,
}
