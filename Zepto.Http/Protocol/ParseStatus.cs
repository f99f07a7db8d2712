namespace Zepto.Http.Protocol;

/// <summary>Outcome of one parsing step.</summary>
public enum ParseStatus : byte
{
    /// <summary>The input ends inside the element; call again with more bytes after the same start.</summary>
    NeedMoreData,

    /// <summary>The element is complete.</summary>
    Done,

    /// <summary>The input can never become a legal element; a <see cref="RequestRejection"/> says why.</summary>
    Rejected,
}
