namespace Zepto.Storage.Mutations;

/// <summary>One stored row that a statement removes or replaces. Ordered as rows are stored: by symbol, time and arrival number.</summary>
internal readonly record struct RemovedRow(long Time, long Sequence, int SymbolId, int Replacement) : IComparable<RemovedRow>
{
    /// <summary>Value of <see cref="Replacement"/> for a row that is removed without one.</summary>
    public const int NoReplacement = -1;

    public int CompareTo(RemovedRow other)
    {
        if (SymbolId != other.SymbolId)
            return SymbolId.CompareTo(other.SymbolId);
        if (Time != other.Time)
            return Time.CompareTo(other.Time);
        // Of a row that was named twice the one with the replacement counts.
        return Sequence != other.Sequence ? Sequence.CompareTo(other.Sequence) : other.Replacement.CompareTo(Replacement);
    }
}
