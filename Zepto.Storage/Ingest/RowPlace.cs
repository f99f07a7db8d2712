namespace Zepto.Storage.Ingest;

/// <summary>Where a removed row lies in its partition: slice, and row counted from the slice's first.</summary>
internal readonly record struct RowPlace(int Slice, int Row)
{
    /// <summary>Of a row that no longer exists.</summary>
    public static readonly RowPlace None = new(-1, -1);

    public bool IsFound => Slice >= 0;
}
