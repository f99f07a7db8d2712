namespace Zepto.Storage.Log;

/// <summary>Where a log goes on after it was replayed.</summary>
/// <param name="Files">Files that the next checkpoint makes needless, in order.</param>
/// <param name="LastLsn">LSN of the last record there is or was.</param>
/// <param name="NextFile">Number of the next file.</param>
internal readonly record struct LogEnd(IReadOnlyList<(string Path, long Bytes, long Number)> Files, long LastLsn, long NextFile);
