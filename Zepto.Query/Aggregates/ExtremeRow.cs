using System.Runtime.InteropServices;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;

namespace Zepto.Query.Aggregates;

/// <summary>
/// argMin(value, by) and argMax: the value of the row where <c>by</c> is least or greatest, the first one of equals; rows where either is NULL do not
/// count. With a single argument it is min or max of text.
/// </summary>
/// <param name="result">Shape of the value.</param>
/// <param name="arguments">Value, then <c>by</c> unless it is the value itself.</param>
/// <param name="byText">Whether <c>by</c> is text, compared by its UTF-8 bytes.</param>
/// <param name="greatest">max instead of min.</param>
internal sealed unsafe class ExtremeRow(ColumnShape result, int[] arguments, bool byText, bool greatest) : PickAggregate(result, arguments)
{
    private readonly CodePrefixes _prefixes = new();
    private long* _keys;

    protected override int StateBytes => byText ? Candidate.WithText : Candidate.WithoutText;

    private int By => Arguments[^1];

    public override void Begin(QueryRun run)
    {
        base.Begin(run);
        _prefixes.Reset(run.Arena);
        _keys = run.Arena.Allocate<long>(Operator.MaxChunkRows);
    }

    protected override void Initialize(byte* state)
    {
        base.Initialize(state);
        ((Candidate*)state)->Key = long.MinValue;
        if (byText)
            ((Candidate*)state)->Text = PickedValue.Null(VectorKind.Text);
    }

    protected override void PickFromRange(byte* state, Vector[] columns, int start, int count, ReadOnlySpan<byte> mask)
    {
        Encode(columns, start, count);
        for (var i = 0; i < count; i++)
        {
            if (mask.IsEmpty || mask[i] == 1)
                Consider(state, columns, start + i, _keys[i]);
        }
    }

    protected override void PickFromGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        Encode(columns, 0, groups.Length);
        var states = State(0);
        var stateBytes = (nint)StateBytes;
        for (var row = 0; row < groups.Length; row++)
            Consider(states + groups[row] * stateBytes, columns, row, _keys[row]);
    }

    protected override void FetchKey(byte* state, Vector[] columns, int row)
    {
        if (!byText)
            return;
        ref var text = ref ((Candidate*)state)->Text;
        var by = columns[By];
        // Texts of a dictionary outlive the run.
        if (by.Kind == VectorKind.Text)
            text.Fetch(by, row, Arena);
        else
            text.Text = TextAt(by, row);
    }

    protected override void MergeState(byte* own, byte* theirs)
    {
        var candidate = (Candidate*)own;
        var other = (Candidate*)theirs;
        var better = candidate->Key == long.MinValue || (greatest ? other->Key > candidate->Key : other->Key < candidate->Key);
        if (!better && byText && other->Key == candidate->Key && KeyEncoding.IsCut(other->Key))
            better = IsBetter(other->Text.Text.Bytes, candidate->Text.Text.Bytes);
        if (!better)
            return;
        candidate->Value.Take(other->Value);
        candidate->Key = other->Key;
        if (byText)
            candidate->Text.Take(other->Text);
    }

    private void Encode(Vector[] columns, int start, int count)
    {
        KeyEncoding.Encode(columns[By].Slice(start, count), count, _prefixes, _keys);
        var values = columns[Arguments[0]];
        if (Arguments.Length == 1 || !values.MayHaveNulls)
            return;
        for (var i = 0; i < count; i++)
        {
            if (NullTests.IsNull(values, start + i))
                _keys[i] = long.MinValue;
        }
    }

    private void Consider(byte* state, Vector[] columns, int row, long key)
    {
        var candidate = (Candidate*)state;
        if (key == long.MinValue)
            return;
        if (candidate->Key != long.MinValue && (greatest ? key <= candidate->Key : key >= candidate->Key)
            && !(byText && key == candidate->Key && KeyEncoding.IsCut(key) && IsBetterText(candidate, columns[By], row)))
        {
            return;
        }

        candidate->Key = key;
        candidate->Value.Row = row;
    }

    private bool IsBetterText(Candidate* state, in Vector by, int row)
    {
        var pending = state->Value.Row;
        if (by.Kind == VectorKind.Code && pending >= 0 && Index(by, pending) is var at && by.Codes[at] == by.Codes[Index(by, row)])
            return false;
        var best = pending >= 0 ? TextAt(by, pending) : state->Text.Text;
        return IsBetter(TextAt(by, row).Bytes, best.Bytes);
    }

    private bool IsBetter(ReadOnlySpan<byte> text, ReadOnlySpan<byte> best) =>
        text.SequenceCompareTo(best) is var order && (greatest ? order > 0 : order < 0);

    private static int Index(in Vector vector, int row) => vector.IsConstant ? 0 : row;

    private static Storage.Dictionaries.TextRef TextAt(in Vector vector, int row) => ConstantVectors.TextAt(vector, Index(vector, row));

    // Key is the base form that KeyEncoding gives; the least number, NULL, before the first row. Text, the whole key, is there only where keys are text.
    [StructLayout(LayoutKind.Explicit, Size = WithText)]
    private struct Candidate
    {
        public const int WithoutText = 48;
        public const int WithText = 80;

        [FieldOffset(0)]
        public PickedValue Value;

        [FieldOffset(32)]
        public long Key;

        [FieldOffset(WithoutText)]
        public PickedValue Text;
    }
}
