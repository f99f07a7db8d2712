using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

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
            return ValueOf(bound.Type, bound.Evaluate(_context));
        }
        catch (ArenaLimitException)
        {
            throw new SqlException(StatementErrorKind.MemoryLimit, $"A constant needs more than {MemoryLimitBytes >> 20} MiB of memory");
        }
    }

    public void Dispose() => _arena.Dispose();

    private static InputValue ValueOf(ColumnType type, Vector vector)
    {
        var value = new InputValue { IsNull = ConstantVectors.IsNullAt(vector, 0) };
        if (value.IsNull)
            return value;
        switch (vector.Kind)
        {
            case VectorKind.Int64:
                value.Type = type == ColumnType.Timestamp ? ColumnType.Timestamp : ColumnType.Int64;
                value.Integer = vector.Int64[0];
                break;
            case VectorKind.Float64:
                value.Type = ColumnType.Float64;
                value.Float = vector.Float64[0];
                break;
            case VectorKind.Bool:
                value.Type = ColumnType.Bool;
                value.Integer = vector.Bool[0];
                break;
            default:
                value.Type = ColumnType.String;
                value.Text = ConstantVectors.TextAt(vector, 0).Bytes;
                break;
        }

        return value;
    }
}
