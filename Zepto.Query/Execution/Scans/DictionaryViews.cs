using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Execution.Scans;

/// <summary>The server's symbols as seen by vectors; one per engine.</summary>
internal sealed class SymbolCodes(SymbolDictionary symbols) : CodeDictionary
{
    public override int Count => symbols.Count;

    public override bool IsSymbol => true;

    public override TextRef Text(int code) => code == 0 ? default : symbols.Name(code);

    public override bool TryFind(ReadOnlySpan<byte> text, out int code) => symbols.TryFind(text, out code);
}

/// <summary>One STRING column's dictionary as seen by vectors.</summary>
internal sealed class StringCodes(StringDictionary strings) : CodeDictionary
{
    public override int Count => strings.Count;

    public override bool IsSymbol => false;

    public override TextRef Text(int code) => code == 0 ? default : strings.Text(code);

    public override bool TryFind(ReadOnlySpan<byte> text, out int code) => strings.TryFind(text, out code);
}

/// <summary>One view a dictionary, so that equal views mean the same dictionary. Thread-safe; one per engine.</summary>
internal sealed class DictionaryViews(SymbolDictionary symbols)
{
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<StringDictionary, StringCodes> _strings = [];

    /// <summary>The server's symbols.</summary>
    public SymbolCodes Symbols { get; } = new(symbols);

    /// <summary>A STRING column's dictionary.</summary>
    public StringCodes Of(StringDictionary strings) => _strings.GetValue(strings, s => new StringCodes(s));
}
