namespace Zepto.Storage;

/// <summary>What a backup has made.</summary>
/// <param name="Path">The directory, absolute.</param>
/// <param name="Tables">Tables in it.</param>
/// <param name="Rows">Their rows.</param>
/// <param name="Bytes">Bytes of its files, holes not counted; a file system that shares them between copies needs less.</param>
public readonly record struct BackupResult(string Path, int Tables, long Rows, long Bytes);
