using Zepto.Query.Vectors;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Sorting;

/// <summary>
/// What a bounded sort knows of the rows that it still wants: rows whose key lies beyond the value, in the direction of the sort, are not among
/// the first ones any more. NULL lies beyond every value. So a scan may leave out blocks in which all rows do.
/// </summary>
/// <param name="Kind">Int64 or Float64: which of the values counts.</param>
/// <param name="Integer">Key of the worst row that is kept.</param>
/// <param name="Float">The same for doubles; not NaN.</param>
/// <param name="Descending">Smaller keys lie beyond, else larger ones.</param>
/// <param name="OrEqual">Rows of an equal key are not wanted either.</param>
internal readonly record struct SortBound(VectorKind Kind, long Integer, double Float, bool Descending, bool OrEqual)
{
    /// <summary>False when every row of the block lies beyond.</summary>
    public bool MayMatch(in BlockStatistics block, ColumnType type)
    {
        if (type is ColumnType.Float64 or ColumnType.Float32)
        {
            // NaN is the greatest number and not in the block's maximum.
            return Descending ? block.NanCount > 0 || Reaches(block.MaxFloat64.CompareTo(Float)) : Reaches(Float.CompareTo(block.MinFloat64));
        }

        return Reaches(Descending ? block.MaxInt64.CompareTo(Integer) : Integer.CompareTo(block.MinInt64));
    }

    private bool Reaches(int order) => OrEqual ? order > 0 : order >= 0;
}
