using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Statements;

/// <summary>Computes constant expressions one at a time. One thread at a time; keeps its memory between uses.</summary>
internal sealed class ConstantEvaluator : IDisposable
{
    private const long MemoryLimitBytes = 64L * 1024 * 1024;
    private readonly NativeArena _arena = new(MemoryLimitBytes, keepBytes: 256 * 1024);
    private readonly EvaluationContext _context;

    public ConstantEvaluator() => _context = new EvaluationContext(_arena, new StatementLiterals(0), 0);

    /// <summary>
    /// The value of an expression that reads no table; its text is valid until the next call. Throws SqlException for what is no constant
    /// and for what cannot be computed.
    /// </summary>
    /// <param name="expression">A tree of the parser.</param>
    /// <param name="charactersBefore">Characters of the statement before the one that positions in the tree count from.</param>
    /// <param name="nowNs">Value of now(); null where it is no constant.</param>
    public InputValue Evaluate(Expression expression, int charactersBefore, long? nowNs)
    {
        _arena.Reset();
        _context.Literals.NowNs = nowNs ?? 0;
        _context.RowCount = 1;
        try
        {
            var bound = new ConstantBinder(_context, charactersBefore, hasClock: nowNs is not null).Bind(expression);
            return InputValue.Of(bound.Type, bound.Evaluate(_context), 0);
        }
        catch (ArenaLimitException)
        {
            throw new SqlException(StatementErrorKind.MemoryLimit, $"A constant needs more than {MemoryLimitBytes >> 20} MiB of memory");
        }
    }

    public void Dispose() => _arena.Dispose();
}
