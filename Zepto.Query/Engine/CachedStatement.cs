using Zepto.Query.Syntax;

namespace Zepto.Query.Engine;

/// <summary>
/// What is known of all statements with one key: their tree, which literals must be alike for it to hold, and idle plans. Immutable but for
/// the pool; thread-safe.
/// </summary>
internal sealed class CachedStatement
{
    private const int IdlePlans = 32;
    private readonly (int First, int Second)[] _equalLiterals;
    private readonly SlotPool<Plan> _idle = new(IdlePlans);

    public CachedStatement(SelectStatement statement, long catalogVersion, IEnumerable<(int, int)> equalLiterals, bool namesDependOnLiterals)
    {
        Statement = statement;
        CatalogVersion = catalogVersion;
        NamesDependOnLiterals = namesDependOnLiterals;
        _equalLiterals = [.. equalLiterals.Distinct()];
        FormatName = statement.Format is null ? [] : System.Text.Encoding.UTF8.GetBytes(statement.Format);
    }

    /// <summary>The statement from which plans are made.</summary>
    public SelectStatement Statement { get; }

    /// <summary>The catalogue for which its plans hold.</summary>
    public long CatalogVersion { get; }

    /// <summary>Output names contain literals: the statement is found by a key that has their text in it.</summary>
    public bool NamesDependOnLiterals { get; }

    /// <summary>FORMAT clause, UTF-8; empty without one.</summary>
    public byte[] FormatName { get; }

    /// <summary>Set by each use, cleared when the cache looks for entries to drop.</summary>
    public bool WasUsed { get; set; }

    /// <summary>Whether the plan's assumptions hold for a statement with these literals.</summary>
    public bool Fits(ReadOnlySpan<byte> sql, ReadOnlySpan<LiteralToken> literals)
    {
        foreach (var (first, second) in _equalLiterals)
        {
            if (!Equal(sql, literals[first], literals[second]))
                return false;
        }

        return true;
    }

    /// <summary>An idle plan, or null.</summary>
    public Plan? TryTakePlan() => _idle.TryTake();

    /// <summary>Keeps a plan for the next run; one too many is dropped.</summary>
    public void Return(Plan plan) => _idle.TryAdd(plan);

    private static bool Equal(ReadOnlySpan<byte> sql, in LiteralToken a, in LiteralToken b)
    {
        if (a.Kind != b.Kind)
            return false;
        return a.Kind switch
        {
            LiteralKind.Integer => a.Integer == b.Integer,
            LiteralKind.Float => BitConverter.DoubleToInt64Bits(a.Float) == BitConverter.DoubleToInt64Bits(b.Float),
            _ => sql.Slice(a.Offset, a.LengthBytes).SequenceEqual(sql.Slice(b.Offset, b.LengthBytes)),
        };
    }
}
