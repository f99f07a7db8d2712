using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Grouping;

/// <summary>
/// One key column of a grouper: turns values into 64-bit numbers that are equal exactly when the values are, for the side that adds groups
/// and for the side that looks them up, whatever their dictionaries are. NULL, and a text that the other side never had, is
/// <see cref="Missing"/>.
/// </summary>
/// <param name="addedKind">Form on the side that adds groups.</param>
/// <param name="soughtKind">Form on the side that looks them up.</param>
internal sealed unsafe class GroupKey(VectorKind addedKind, VectorKind soughtKind)
{
    /// <summary>Number of NULL.</summary>
    public const long Missing = long.MinValue;

    // Translated codes are remembered up to this dictionary size; 0 is not asked yet.
    private const int LargestTranslation = 1 << 20;

    private readonly bool _asDouble = addedKind == VectorKind.Float64 || soughtKind == VectorKind.Float64;
    private readonly bool _asText = addedKind == VectorKind.Text;
    private CodeDictionary? _dictionary;
    private CodeDictionary? _translated;
    private long* _translation;
    private int _translationCapacity;
    private TextTable _texts;

    /// <summary>Whether numbers are small and dense from 1, as codes are.</summary>
    public bool IsDense => addedKind == VectorKind.Code;

    /// <summary>Forgets everything of the last run.</summary>
    public void Reset()
    {
        _dictionary = _translated = null;
        _translation = null;
        _translationCapacity = 0;
        _texts.Reset();
    }

    /// <summary>Writes the numbers of a column; with <paramref name="add"/> its texts are remembered.</summary>
    public void Encode(in Vector source, int rowCount, bool add, NativeArena arena, long* target)
    {
        var count = source.IsConstant ? 1 : rowCount;
        switch (source.Kind)
        {
            case VectorKind.Int64 when _asDouble:
                var integers = (long*)source.Data;
                for (var i = 0; i < count; i++)
                    target[i] = integers[i] == Nulls.Int64 ? Missing : KeyEncoding.OfDouble(integers[i]);
                break;
            case VectorKind.Code when add && !_asText:
                if (source.Dictionary != null && _dictionary == null)
                    _dictionary = source.Dictionary;
                if (source.Dictionary != null && _dictionary != source.Dictionary)
                    throw new SqlException(Results.StatementErrorKind.Internal, "Chunks of one key came with different dictionaries");
                EncodeCodes((int*)source.Data, count, target);
                break;
            case VectorKind.Code when source.Dictionary == _dictionary && !_asText:
                EncodeCodes((int*)source.Data, count, target);
                break;
            case VectorKind.Code when soughtKind == VectorKind.Int64 || addedKind == VectorKind.Int64:
                // A symbol compared with an integer compares its id.
                EncodeCodes((int*)source.Data, count, target);
                break;
            case VectorKind.Code:
                Translate(source, count, arena, target);
                break;
            case VectorKind.Text:
                EncodeTexts(source, count, add, arena, target);
                break;
            default:
                KeyEncoding.EncodePlain(source, count, target);
                break;
        }

        if (source.IsConstant)
            new Span<long>(target, rowCount).Fill(target[0]);
    }

    private static void EncodeCodes(int* codes, int count, long* target)
    {
        for (var i = 0; i < count; i++)
            target[i] = codes[i] == Nulls.Code ? Missing : codes[i];
    }

    private void EncodeTexts(in Vector source, int count, bool add, NativeArena arena, long* target)
    {
        var texts = source.Text;
        for (var i = 0; i < count; i++)
        {
            if (texts[i].IsNull)
                target[i] = Missing;
            else
                target[i] = add ? _texts.FindOrAdd(texts[i].Bytes, arena) : Seek(texts[i].Bytes);
        }
    }

    private long Seek(ReadOnlySpan<byte> text)
    {
        if (_asText)
            return _texts.Find(text) is >= 0 and var id ? id : Missing;
        return _dictionary != null && _dictionary.TryFind(text, out var code) ? code : Missing;
    }

    private void Translate(in Vector source, int count, NativeArena arena, long* target)
    {
        var dictionary = source.Dictionary;
        if (dictionary != null && dictionary != _translated)
        {
            _translated = dictionary;
            _translationCapacity = dictionary.Count < LargestTranslation ? dictionary.Count + 1 : 0;
            _translation = arena.Allocate<long>(_translationCapacity);
            new Span<long>(_translation, _translationCapacity).Fill(-1);
        }

        var codes = (int*)source.Data;
        for (var i = 0; i < count; i++)
        {
            var code = codes[i];
            if (code == Nulls.Code)
            {
                target[i] = Missing;
            }
            else if (code < _translationCapacity)
            {
                if (_translation[code] == -1)
                    _translation[code] = Seek(dictionary!.Text(code).Bytes);
                target[i] = _translation[code];
            }
            else
            {
                target[i] = Seek(dictionary!.Text(code).Bytes);
            }
        }
    }
}
