using System.Runtime.InteropServices;
using System.Text.Unicode;
using Zepto.Native.Memory;
using Zepto.Query.Syntax;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// SYMBOL and STRING values. A text that its dictionary lacks gets a negative code, by its place among the statement's new texts, which
/// Finish replaces by the dictionary's.
/// </summary>
internal sealed unsafe partial class RowBatchBuilder
{
    private const int IdWithoutText = -1;
    private const ulong SymbolsOwner = 1;
    private readonly NativeList<NewCode> _newCodes = new();
    private readonly NativeBuffer _newTexts = new();
    private readonly NativeList<int> _resolved = new();
    private readonly TextCodeCache _symbolCodes = new();
    private readonly TextCodeCache _stringCodes = new();
    private ulong _lastOwner = SymbolsOwner;

    /// <summary>Sets a SYMBOL by name, or a STRING; SqlException when the text is not UTF-8.</summary>
    public void SetText(int column, int row, ReadOnlySpan<byte> text)
    {
        ref var slot = ref _slots[column];
        ref var cell = ref ((int*)slot.Values)[row];
        if (text.Length > TextCodeCache.LongestBytes)
        {
            cell = CodeOfLongText(ref slot, column, row, text);
            return;
        }

        var cache = slot.Type == ColumnType.Symbol ? _symbolCodes : _stringCodes;
        if (!cache.TryGet(slot.Owner, text, out cell))
        {
            cell = TryFind(text, column, out var code) ? code : AddNewText(ref slot, column, row, text);
            cache.Set(slot.Owner, text, cell);
            return;
        }

        // A new text's code may come from another column's cells: the sweep has to pass here too.
        if (cell < 0)
            slot.HasNewCodes = true;
    }

    /// <summary>Sets a SYMBOL by its id, from 1.</summary>
    private void SetSymbolId(int column, int row, int id)
    {
        Place<int>(column, row) = id;
        if (symbols.Name(id).IsNull)
            _newCodes.Add(new NewCode { Column = column, TextOffset = id, LengthBytes = IdWithoutText });
    }

    private int CodeOfLongText(ref Slot slot, int column, int row, ReadOnlySpan<byte> text)
    {
        if (slot.LastCode != 0 && text.SequenceEqual(slot.LastText.Bytes))
            return slot.LastCode;
        if (!TryFind(text, column, out var code))
            return AddNewText(ref slot, column, row, text);
        (slot.LastCode, slot.LastText) = (code, TextOf(code, column));
        return code;
    }

    private int AddNewText(ref Slot slot, int column, int row, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
            throw AtValue(SqlException.Value("the text is not valid UTF-8"), column, row);
        _newCodes.Add(new NewCode { Column = column, TextOffset = _newTexts.Length, LengthBytes = text.Length });
        _newTexts.Append(text);
        slot.HasNewCodes = true;
        return -_newCodes.Count;
    }

    /// <summary>Adds new texts and ids to their dictionaries in the order in which they came, then puts their codes into the cells.</summary>
    private void AddNewCodes(int rowCount)
    {
        _resolved.SetCount(_newCodes.Count);
        for (var i = 0; i < _newCodes.Count; i++)
        {
            ref readonly var added = ref _newCodes[i];
            if (added.LengthBytes == IdWithoutText)
            {
                symbols.EnsureId(added.TextOffset);
                continue;
            }

            var text = _newTexts.Slice(added.TextOffset, added.LengthBytes);
            _resolved[i] = _slots[added.Column].Type == ColumnType.Symbol ? symbols.Intern(text) : _target.Table.Strings(_target.Schema.IdOf(added.Column))!.Intern(text);
        }

        for (var column = 0; column < _definitions.Length; column++)
        {
            if (!_slots[column].HasNewCodes)
                continue;
            foreach (ref var cell in new Span<int>(_slots[column].Values, rowCount))
            {
                if (cell < 0)
                    cell = _resolved[-cell - 1];
            }
        }
    }

    /// <summary>The new text that a negative code stands for.</summary>
    private ReadOnlySpan<byte> NewText(int code)
    {
        ref readonly var added = ref _newCodes[-code - 1];
        return _newTexts.Slice(added.TextOffset, added.LengthBytes);
    }

    private void ForgetNewCodes()
    {
        if (_newCodes.Count > 0)
        {
            _symbolCodes.Clear();
            _stringCodes.Clear();
        }

        _newCodes.Clear();
        _newTexts.Length = 0;
        if (HeldBytes <= KeptBytes)
            return;
        _newTexts.Dispose();
        _newCodes.Dispose();
        _resolved.Dispose();
    }

    private bool TryFind(ReadOnlySpan<byte> text, int column, out int code) =>
        _slots[column].Type == ColumnType.Symbol ? symbols.TryFind(text, out code) : _target.Table.Strings(_target.Schema.IdOf(column))!.TryFind(text, out code);

    private TextRef TextOf(int code, int column) =>
        _slots[column].Type == ColumnType.Symbol ? symbols.Name(code) : _target.Table.Strings(_target.Schema.IdOf(column))!.Text(code);

    /// <summary>A text that the dictionary of a column lacks, or a symbol's id without one: the offset is the id then.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NewCode
    {
        public long TextOffset;
        public int Column;
        public int LengthBytes;
    }
}
