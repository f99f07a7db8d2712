using System.Diagnostics;
using Zepto.Native.Memory;
using Zepto.Query.Syntax;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Expressions;

/// <summary>
/// Values of a statement's lifted-out literals, set anew for each run of a cached plan, and the statement's clock. Text lies in unmanaged
/// memory owned here.
/// </summary>
internal sealed unsafe class StatementLiterals(int capacity)
{
    private readonly LiteralKind[] _kinds = new LiteralKind[capacity];
    private readonly long[] _integers = new long[capacity];
    private readonly double[] _floats = new double[capacity];
    private readonly TextRef[] _texts = new TextRef[capacity];

    /// <summary>now() of the statement, ns since the epoch: the same everywhere in it.</summary>
    public long NowNs { get; set; }

    public long Integer(int ordinal)
    {
        Debug.Assert(_kinds[ordinal] == LiteralKind.Integer);
        return _integers[ordinal];
    }

    /// <summary>A float literal, or an integer one widened.</summary>
    public double Float(int ordinal) => _kinds[ordinal] == LiteralKind.Integer ? _integers[ordinal] : _floats[ordinal];

    public TextRef Text(int ordinal)
    {
        Debug.Assert(_kinds[ordinal] == LiteralKind.Text);
        return _texts[ordinal];
    }

    public void SetInteger(int ordinal, long value) => (_kinds[ordinal], _integers[ordinal]) = (LiteralKind.Integer, value);

    public void SetFloat(int ordinal, double value) => (_kinds[ordinal], _floats[ordinal]) = (LiteralKind.Float, value);

    /// <summary>Copies <paramref name="value"/> (already unescaped) into <paramref name="arena"/>, which must outlive the run.</summary>
    public void SetText(int ordinal, ReadOnlySpan<byte> value, NativeArena arena)
    {
        var copy = arena.Allocate<byte>(Math.Max(value.Length, 1));
        value.CopyTo(new Span<byte>(copy, value.Length));
        _kinds[ordinal] = LiteralKind.Text;
        _texts[ordinal] = new TextRef(copy, value.Length);
    }

    /// <summary>Sets a text from its token with quotes and escapes.</summary>
    public void SetQuotedText(int ordinal, ReadOnlySpan<byte> token, NativeArena arena)
    {
        var copy = arena.Allocate<byte>(token.Length);
        var length = TextLiteral.Decode(token, new Span<byte>(copy, token.Length));
        _kinds[ordinal] = LiteralKind.Text;
        _texts[ordinal] = new TextRef(copy, length);
    }
}
