using System.Globalization;

namespace Zepto.Benchmarks.Queries;

/// <summary>
/// What is compared of an answer: the number of rows and sums over all values, which do not depend on the order of rows. The values of a row
/// weigh as much as its symbol says, so that values under the wrong symbol are noticed.
/// </summary>
internal struct QueryAnswer
{
    private long _weight;

    /// <summary>Rows of the answer.</summary>
    public long Rows { get; private set; }

    /// <summary>Weighted sum of the integers, modulo 2^64.</summary>
    public long Integers { get; private set; }

    /// <summary>Weighted sum of the doubles.</summary>
    public double Floats { get; private set; }

    /// <summary>Begins a row.</summary>
    public void BeginRow()
    {
        Rows++;
        _weight = 1;
    }

    /// <summary>Takes a text of the row; it comes before the row's numbers.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
            _weight = (_weight * 31 + b) % 8191;
    }

    /// <summary>Takes an integer of the row.</summary>
    public void Add(long value) => Integers = unchecked(Integers + _weight * value);

    /// <summary>Takes a double of the row.</summary>
    public void Add(double value) => Floats += _weight * value;

    /// <summary>Whether both are the same but for the order in which doubles were added.</summary>
    public readonly bool Agrees(in QueryAnswer other) =>
        Rows == other.Rows && Integers == other.Integers
        && Math.Abs(Floats - other.Floats) <= 1e-9 * Math.Max(Math.Abs(Floats), Math.Abs(other.Floats));

    public override readonly string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} rows, integers {Integers}, doubles {Floats:R}");
}
