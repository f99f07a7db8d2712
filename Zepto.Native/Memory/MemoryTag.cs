namespace Zepto.Native.Memory;

/// <summary>Who holds unmanaged memory.</summary>
public enum MemoryTag : byte
{
    /// <summary>Arenas of running statements.</summary>
    Arena,

    /// <summary>Growable buffers and lists.</summary>
    Buffer,

    /// <summary>Mappings of files and anonymous memory.</summary>
    Mapping,
}
