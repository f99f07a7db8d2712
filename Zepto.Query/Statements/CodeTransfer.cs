using Zepto.Native.Memory;
using Zepto.Query.Access;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Statements;

/// <summary>
/// Carries codes of other dictionaries into a column of a batch, looking up each text once. A text that the column's dictionary does not hold gets a
/// negative number until <see cref="Finish"/>, so that a refused statement leaves nothing behind. The dictionaries must live until then.
/// </summary>
/// <param name="tryFind">The code of a text in the column's dictionary.</param>
/// <param name="intern">The same, adding the text.</param>
internal sealed class CodeTransfer(CodeTransfer.Finder tryFind, CodeTransfer.Interner intern) : IDisposable
{
    private readonly NativeList<int> _targets = new();
    private readonly NativeList<TextRef> _newTexts = new();
    private CodeDictionary? _source;

    public delegate bool Finder(ReadOnlySpan<byte> text, out int code);

    public delegate int Interner(ReadOnlySpan<byte> text);

    public delegate bool Test(ReadOnlySpan<byte> text);

    /// <summary>Bytes held.</summary>
    public long HeldBytes => _targets.HeldBytes + _newTexts.HeldBytes;

    /// <summary>Translates codes; those that are NULL stay so.</summary>
    public void Translate(ReadOnlySpan<int> codes, CodeDictionary source, Span<int> cells)
    {
        if (source != _source)
        {
            _source = source;
            _targets.Clear();
        }

        for (var i = 0; i < codes.Length; i++)
        {
            var code = codes[i];
            if (code == 0)
            {
                cells[i] = 0;
                continue;
            }

            if (code >= _targets.Count)
                Grow(code);
            ref var target = ref _targets[code];
            if (target == 0)
                target = Resolve(source.Text(code));
            cells[i] = target;
        }
    }

    /// <summary>Throws Forbidden unless all new texts pass a test; to be called before <see cref="Finish"/>.</summary>
    public void RequireNew(Test isAllowed)
    {
        foreach (var text in _newTexts.Span)
        {
            if (!isAllowed(text.Bytes))
                throw StatementAccess.Forbidden();
        }
    }

    /// <summary>Adds the new texts to the column's dictionary and puts their codes into the column's cells.</summary>
    public void Finish(Span<int> cells)
    {
        if (_newTexts.Count == 0)
            return;
        using var codes = new NativeList<int>();
        codes.EnsureCapacity(_newTexts.Count);
        foreach (var text in _newTexts.Span)
            codes.Add(intern(text.Bytes));
        foreach (ref var cell in cells)
        {
            if (cell < 0)
                cell = codes[-cell - 1];
        }
    }

    public void Dispose()
    {
        _targets.Dispose();
        _newTexts.Dispose();
    }

    private int Resolve(TextRef text)
    {
        if (tryFind(text.Bytes, out var code))
            return code;
        _newTexts.Add(text);
        return -_newTexts.Count;
    }

    private void Grow(int code)
    {
        var had = _targets.Count;
        _targets.SetCount(Math.Max(code, _source!.Count) + 1);
        _targets.Span[had..].Clear();
    }
}
