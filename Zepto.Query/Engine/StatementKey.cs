using Zepto.Query.Syntax;

namespace Zepto.Query.Engine;

/// <summary>The key of a statement in the plan cache and its lifted-out literals; one per thread, filled anew for each statement.</summary>
internal sealed class StatementKey
{
    /// <summary>Longer statements are planned each time.</summary>
    public const int LongestBytes = 16 * 1024;

    /// <summary>Statements with more literals are planned each time.</summary>
    public const int MostLiterals = 1024;

    [ThreadStatic] private static StatementKey? s_ofThread;

    private readonly byte[] _bytes = new byte[LongestBytes];
    private readonly LiteralToken[] _literals = new LiteralToken[MostLiterals];
    private int _length;
    private int _literalCount;

    /// <summary>The calling thread's.</summary>
    public static StatementKey OfThread => s_ofThread ??= new StatementKey();

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Literals by number.</summary>
    public ReadOnlySpan<LiteralToken> Literals => _literals.AsSpan(0, _literalCount);

    /// <summary>Reads a statement; false when it is no query or too long to be cached.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="prefix">Begins the key: what the caller may see, so that plans are shared among equals only.</param>
    public bool TryRead(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> prefix)
    {
        prefix.CopyTo(_bytes);
        if (!StatementNormalizer.TryNormalize(sql, _bytes.AsSpan(prefix.Length), out _length, _literals, out _literalCount))
            return false;
        _length += prefix.Length;
        return true;
    }

    /// <summary>Adds the literals' text, for statements whose output names contain them; false when that is too long.</summary>
    public bool TryAppendLiterals(ReadOnlySpan<byte> sql)
    {
        foreach (ref readonly var literal in Literals)
        {
            if (_bytes.Length - _length < literal.LengthBytes + 1)
                return false;
            // No token contains this byte, so keys with and without literals never meet.
            _bytes[_length++] = 0;
            sql.Slice(literal.Offset, literal.LengthBytes).CopyTo(_bytes.AsSpan(_length));
            _length += literal.LengthBytes;
        }

        return true;
    }
}
