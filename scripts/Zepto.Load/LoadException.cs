namespace Zepto.Load;

/// <summary>Why loading ended early, in one line ready to be shown.</summary>
internal sealed class LoadException(string message) : Exception(message);
