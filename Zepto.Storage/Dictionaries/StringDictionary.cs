namespace Zepto.Storage.Dictionaries;

/// <summary>Distinct texts of one STRING column; codes are dense from 1 and never change. Readers take no lock.</summary>
public sealed class StringDictionary : IDisposable
{
    private readonly Lock _adding = new();
    private readonly TextTable _table = new();

    /// <summary>Texts held.</summary>
    public int Count => _table.LargestCode;

    /// <summary>Texts that the log has; kept by it. What a checkpoint had when the database was opened counts too.</summary>
    internal int LoggedCount { get; set; }

    /// <summary>Text of a code, valid for the life of the dictionary.</summary>
    public TextRef Text(int code) => _table.Text(code);

    /// <summary>Code of a text.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, out int code) => _table.TryFind(text, out code);

    /// <summary>Code of a text, adding it when it is new.</summary>
    public int Intern(ReadOnlySpan<byte> text)
    {
        if (_table.TryFind(text, out var code))
            return code;
        lock (_adding)
        {
            if (_table.TryFind(text, out code))
                return code;
            code = _table.LargestCode + 1;
            _table.Add(code, text, findable: true);
            return code;
        }
    }

    /// <summary>Texts held at a moment when no other thread is adding one: every code up to it has its text.</summary>
    internal int SettledCount()
    {
        lock (_adding)
            return _table.LargestCode;
    }

    public void Dispose() => _table.Dispose();
}
