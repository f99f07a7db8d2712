using Zepto.Storage.Indexes;

namespace Zepto.Storage.Encodings;

/// <summary>
/// Codes from <paramref name="First"/> to <paramref name="Last"/>, both included, whose values lie in a range of keys: a comparison with a constant becomes
/// one of codes, since values ascend with them. NULL is in no range.
/// </summary>
internal readonly record struct CodeRange(ulong First, ulong Last)
{
    private static readonly CodeRange s_none = new(1, 0);

    public bool IsEmpty => First > Last;

    /// <summary>The codes of a block of encoding Frame or Decimal whose values have keys in the range.</summary>
    public static CodeRange Of(in EncodedBlock block, KeyRange keys)
    {
        if (keys.First > keys.Last)
            return s_none;
        if (block.Encoding == BlockEncoding.Frame)
            return OfNumbers(block, keys.First, keys.Last);
        return TryNumbers(block.Exponent, keys, out var first, out var last) ? OfNumbers(block, first, last) : s_none;
    }

    private static CodeRange OfNumbers(in EncodedBlock block, long first, long last)
    {
        // The smallest value has code 1 where code 0 is NULL. Distances are below 2^64, so that unsigned differences are exact.
        var lowest = block.HasNull != 0 ? 1UL : 0UL;
        var (step, smallest) = (unchecked((ulong)block.Multiplier), unchecked(block.Base + (block.HasNull != 0 ? block.Multiplier : 0)));
        var largest = (1UL << (8 * block.CodeBytes)) - 1;
        if (last < smallest || lowest > largest)
            return s_none;
        if (step == 0)
            return first <= smallest ? new CodeRange(lowest, lowest) : s_none;
        var from = 0UL;
        if (first > smallest)
        {
            var distance = unchecked((ulong)(first - smallest));
            from = (distance / step) + (distance % step == 0 ? 0UL : 1UL);
        }

        var to = unchecked((ulong)(last - smallest)) / step;
        return from > largest - lowest ? s_none : new CodeRange(from + lowest, Math.Min(to, largest - lowest) + lowest);
    }

    /// <summary>The numbers whose decimals have keys in the range; false for none.</summary>
    private static bool TryNumbers(int exponent, KeyRange keys, out long first, out long last)
    {
        (first, last) = (0, 0);
        // NaN is no decimal, and no number reaches its key.
        if (keys.First > OrderKeys.PositiveInfinity || keys.Last < OrderKeys.NegativeInfinity)
            return false;
        first = Ceiling(exponent, Math.Max(keys.First, OrderKeys.NegativeInfinity));
        last = keys.Last >= OrderKeys.PositiveInfinity ? MostNumber : Ceiling(exponent, keys.Last + 1) - 1;
        return first <= last;
    }

    // Numbers of decimals are far below, where every one is a double.
    private const long MostNumber = 1L << 62;

    /// <summary>The smallest number whose decimal has at least this key, which is that of a number or an infinity.</summary>
    private static long Ceiling(int exponent, long key)
    {
        var estimate = OrderKeys.ToDouble(key) * DecimalStage.Power(exponent);
        if (estimate >= MostNumber)
            return MostNumber;
        if (estimate <= -MostNumber)
            return -MostNumber;
        // The estimate is off by its rounding at most.
        var number = (long)estimate;
        while (KeyOf(exponent, number) >= key)
            number--;
        while (KeyOf(exponent, number) < key)
            number++;
        return number;
    }

    private static long KeyOf(int exponent, long number) =>
        OrderKeys.Of(BitConverter.Int64BitsToDouble(exponent == 0 ? default(WholeStage).One(number) : new DecimalStage(exponent).One(number)));
}
