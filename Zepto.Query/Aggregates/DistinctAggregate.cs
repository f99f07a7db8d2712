using System.Diagnostics;
using Zepto.Query.Execution.Grouping;
using Zepto.Query.Execution;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Aggregates;

/// <summary>
/// DISTINCT: gives each value of a group to another aggregate once. A grouper over (group, value) finds the combinations that are new; they are kept
/// so that they can be merged. NULLs never count.
/// </summary>
internal sealed unsafe class DistinctAggregate : AggregateFunction
{
    private const int FirstCapacity = 256;
    private static readonly int[] _keyColumns = [0, 1];

    private readonly AggregateFunction _inner;
    private readonly VectorKind _kind;
    private readonly int _width;
    private readonly KeyGrouper _combinations;
    private readonly Vector[] _keys = new Vector[2];
    private readonly Vector[] _fresh;
    private int* _rowCombinations;
    private long* _rowGroups;

    // New combinations in order of arrival.
    private int* _groups;
    private byte* _values;
    private int _capacity;
    private int _count;
    private CodeDictionary? _dictionary;

    private DistinctAggregate(AggregateFunction inner, VectorKind kind) : base(inner.ResultShape, inner.Arguments)
    {
        Debug.Assert(inner.Arguments.Length == 1);
        _inner = inner;
        _kind = kind;
        _width = Vector.WidthBytes(kind);
        _combinations = new KeyGrouper([VectorKind.Int64, kind], [VectorKind.Int64, kind], groupNulls: false);
        _fresh = new Vector[inner.Arguments[0] + 1];
    }

    // The other function has the states.
    protected override int StateBytes => 0;

    /// <summary>The aggregate over distinct values; <paramref name="inner"/> has one argument, of the kind given.</summary>
    public static DistinctAggregate Over(AggregateFunction inner, VectorKind kind) => new(inner, kind);

    public override void Begin(QueryRun run)
    {
        base.Begin(run);
        _inner.Begin(run);
        _combinations.Reset(run.Arena);
        _rowCombinations = run.Arena.Allocate<int>(Operator.MaxChunkRows);
        _rowGroups = run.Arena.Allocate<long>(Operator.MaxChunkRows);
        _groups = null;
        _values = null;
        _capacity = _count = 0;
        _dictionary = null;
    }

    public override void EnsureGroups(int count) => _inner.EnsureGroups(count);

    public override void UpdateRange(int group, Vector[] columns, int start, int count)
    {
        long number = group;
        Add(Vector.OfConstant(VectorKind.Int64, &number, count, false), columns[Arguments[0]].Slice(start, count));
    }

    public override void UpdateMasked(int group, Vector[] columns, ReadOnlySpan<byte> mask)
    {
        // A row without a group has no combination.
        for (var i = 0; i < mask.Length; i++)
            _rowGroups[i] = mask[i] == 1 ? group : GroupKey.Missing;
        Add(Vector.Of(VectorKind.Int64, _rowGroups, mask.Length, true), columns[Arguments[0]].Slice(0, mask.Length));
    }

    public override void UpdateGroups(ReadOnlySpan<int> groups, Vector[] columns)
    {
        for (var i = 0; i < groups.Length; i++)
            _rowGroups[i] = groups[i];
        Add(Vector.Of(VectorKind.Int64, _rowGroups, groups.Length, false), columns[Arguments[0]].Slice(0, groups.Length));
    }

    public override void Merge(AggregateFunction other, int first, ReadOnlySpan<int> groups)
    {
        var source = (DistinctAggregate)other;
        _dictionary ??= source._dictionary;
        for (var start = 0; start < source._count; start += Operator.MaxChunkRows)
        {
            var count = Math.Min(source._count - start, Operator.MaxChunkRows);
            for (var i = 0; i < count; i++)
            {
                var group = source._groups[start + i] - first;
                _rowGroups[i] = (uint)group < (uint)groups.Length ? groups[group] : GroupKey.Missing;
            }

            var values = Vector.Of(_kind, source._values + (long)start * _width, count, false, source._dictionary);
            Add(Vector.Of(VectorKind.Int64, _rowGroups, count, true), values);
        }
    }

    public override void Result(int first, int count, void* destination) => _inner.Result(first, count, destination);

    protected override void Initialize(byte* state)
    {
    }

    private void Add(in Vector groups, in Vector values)
    {
        var rowCount = values.RowCount;
        if (rowCount == 0)
            return;
        Debug.Assert(rowCount <= Operator.MaxChunkRows);
        _dictionary ??= values.Dictionary;
        _keys[0] = groups;
        _keys[1] = values;
        var known = _combinations.GroupCount;
        _combinations.Add(_keys, _keyColumns, rowCount, _rowCombinations);
        var added = _combinations.GroupCount - known;
        if (added == 0)
            return;
        Reserve(added);
        var firstNew = _count;
        // Numbers are given in order of appearance, so a new combination has the next one where it is seen first.
        for (var row = 0; _count < firstNew + added; row++)
        {
            if (_rowCombinations[row] != known)
                continue;
            known++;
            _groups[_count] = (int)groups.Int64[groups.IsConstant ? 0 : row];
            Keep(values, values.IsConstant ? 0 : row);
            _count++;
        }

        _fresh[Arguments[0]] = Vector.Of(_kind, _values + (long)firstNew * _width, added, false, _dictionary);
        _inner.UpdateGroups(new ReadOnlySpan<int>(_groups + firstNew, added), _fresh);
    }

    private void Keep(in Vector values, int row)
    {
        switch (_width)
        {
            case sizeof(long): ((long*)_values)[_count] = ((long*)values.Data)[row]; break;
            case sizeof(int): ((int*)_values)[_count] = ((int*)values.Data)[row]; break;
            case sizeof(byte): _values[_count] = ((byte*)values.Data)[row]; break;
            default: ((TextRef*)_values)[_count] = Copy(((TextRef*)values.Data)[row]); break;
        }
    }

    private TextRef Copy(TextRef text)
    {
        var copy = (byte*)Arena.Allocate(Math.Max(text.LengthBytes, 1), 1);
        text.Bytes.CopyTo(new Span<byte>(copy, text.LengthBytes));
        return new TextRef(copy, text.LengthBytes, text.IsNumber);
    }

    private void Reserve(int added)
    {
        if (_count + added <= _capacity)
            return;
        var capacity = (int)Math.Min(Math.Max(Math.Max(_capacity * 2L, _count + added), FirstCapacity), int.MaxValue);
        var groups = Arena.Allocate<int>(capacity);
        var values = (byte*)Arena.Allocate((long)capacity * _width);
        Buffer.MemoryCopy(_groups, groups, capacity * 4L, _count * 4L);
        Buffer.MemoryCopy(_values, values, (long)capacity * _width, (long)_count * _width);
        _groups = groups;
        _values = values;
        _capacity = capacity;
    }
}
