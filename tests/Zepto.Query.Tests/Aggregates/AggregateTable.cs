using System.Text;
using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Aggregates;

/// <summary>One column twice: as a vector and as plain objects (long, double, bool, string; null for NULL).</summary>
internal sealed record TestColumn(ColumnType Type, Vector Vector, object?[] Values);

/// <summary>A chunk of random columns by name, with rows in order of time (with ties) and sequence, and a group for each row in runs.</summary>
internal sealed unsafe class AggregateTable : IDisposable
{
    public const int GroupCount = 6;

    private static readonly string[] _words =
        ["", "a", "b", "ab", "zz", "é", "prefix-0", "prefix-1", "prefix-", "prefix-10 and a long tail of text", "prefix-10 and a long tail of texts"];

    private readonly NativeArena _arena = new();
    private readonly Dictionary<string, TestColumn> _columns = [];
    private readonly Random _random;

    public AggregateTable(int seed, int rowCount)
    {
        _random = new Random(seed);
        RowCount = rowCount;
        Groups = new int[rowCount];
        // The last group stays empty.
        for (int row = 0, group = 0; row < rowCount; row++)
            Groups[row] = group = _random.Next(6) == 0 ? _random.Next(GroupCount - 1) : group;
        Add("i", ColumnType.Int64, VectorKind.Int64, () => Maybe(_random.NextInt64(-50, 50)));
        Add("n", ColumnType.Int32, VectorKind.Int64, () => _random.NextInt64(1, 1000));
        Add("big", ColumnType.Int64, VectorKind.Int64, () => Maybe(_random.NextInt64(long.MinValue / 8192, long.MaxValue / 8192)));
        Add("f", ColumnType.Float64, VectorKind.Float64, () => Maybe(_random.NextDouble() * 200 - 100));
        Add("offset", ColumnType.Float64, VectorKind.Float64, () => Maybe(1e9 + _random.NextDouble()));
        Add("nan", ColumnType.Float64, VectorKind.Float64, () => _random.Next(20) == 0 ? double.NaN : Maybe((double)_random.Next(-9, 9)));
        Add("b", ColumnType.Bool, VectorKind.Bool, () => Maybe(_random.Next(2) == 1));
        Add("code", ColumnType.String, VectorKind.Code, () => Maybe(_words[_random.Next(_words.Length)]));
        Add("symbol", ColumnType.Symbol, VectorKind.Code, () => _words[_random.Next(1, _words.Length)]);
        Add("text", ColumnType.String, VectorKind.Text, () => Maybe(_words[_random.Next(_words.Length)]));
        Add("none", ColumnType.Float64, VectorKind.Float64, () => null);
        Add("t", ColumnType.Timestamp, VectorKind.Int64, () => _random.NextInt64(1000));
        long time = 0, sequence = 0;
        Add("time", ColumnType.Timestamp, VectorKind.Int64, () => time += _random.Next(3) == 0 ? 1 : 0);
        Add("sequence", ColumnType.Int64, VectorKind.Int64, () => sequence += _random.Next(1, 5));
        AddConstant("seven", ColumnType.Int64, VectorKind.Int64, 7L);
        AddConstant("half", ColumnType.Float64, VectorKind.Float64, 0.5);
        AddConstant("nothing", ColumnType.Int64, VectorKind.Int64, null);
        AddConstant("word", ColumnType.String, VectorKind.Text, "constant text");
        AddConstant("coded", ColumnType.String, VectorKind.Code, "prefix-1");
        AddConstant("yes", ColumnType.Bool, VectorKind.Bool, true);
    }

    public int RowCount { get; }

    /// <summary>Group of each row.</summary>
    public int[] Groups { get; }

    public TestColumn this[string name] => _columns[name];

    /// <summary>All vectors, in the order of <see cref="Reference"/>.</summary>
    public Vector[] Vectors => [.. _columns.Values.Select(c => c.Vector)];

    /// <summary>An expression that reads the column.</summary>
    public BoundExpression Reference(string name)
    {
        var column = _columns[name];
        return ExpressionBuilder.Column(_columns.Keys.ToList().IndexOf(name), column.Type, column.Vector.Kind, true);
    }

    public void Dispose() => _arena.Dispose();

    private object? Maybe(object value) => _random.Next(5) == 0 ? null : value;

    private void Add(string name, ColumnType type, VectorKind kind, Func<object?> make)
    {
        var values = new object?[RowCount];
        for (var row = 0; row < RowCount; row++)
            values[row] = make();
        var dictionary = kind == VectorKind.Code ? new Words(_words, _arena, type == ColumnType.Symbol) : null;
        _columns[name] = new TestColumn(type, Vector.Of(kind, Store(kind, values), RowCount, values.Contains(null), dictionary), values);
    }

    private void AddConstant(string name, ColumnType type, VectorKind kind, object? value)
    {
        var dictionary = kind == VectorKind.Code ? new Words(_words, _arena, false) : null;
        var values = new object?[RowCount];
        Array.Fill(values, value);
        _columns[name] = new TestColumn(type, Vector.OfConstant(kind, Store(kind, [value]), RowCount, value is null, dictionary), values);
    }

    private void* Store(VectorKind kind, object?[] values)
    {
        var target = (byte*)_arena.Allocate(Math.Max(values.Length, 1) * (long)Vector.WidthBytes(kind));
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            switch (kind)
            {
                case VectorKind.Int64: ((long*)target)[i] = (long?)value ?? Nulls.Int64; break;
                case VectorKind.Float64: ((double*)target)[i] = (double?)value ?? Nulls.Float64; break;
                case VectorKind.Bool: target[i] = value is null ? Nulls.Bool : (bool)value ? (byte)1 : (byte)0; break;
                case VectorKind.Code: ((int*)target)[i] = value is null ? 0 : Array.IndexOf(_words, value) + 1; break;
                default: ((TextRef*)target)[i] = value is null ? default : Copy((string)value, _arena); break;
            }
        }

        return target;
    }

    private static TextRef Copy(string text, NativeArena arena)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var address = (byte*)arena.Allocate(Math.Max(bytes.Length, 1), 1);
        bytes.CopyTo(new Span<byte>(address, bytes.Length));
        return new TextRef(address, bytes.Length);
    }

    private sealed class Words(string[] words, NativeArena arena, bool isSymbol) : CodeDictionary
    {
        private readonly TextRef[] _texts = [default, .. words.Select(w => Copy(w, arena))];

        public override int Count => _texts.Length - 1;

        public override bool IsSymbol => isSymbol;

        public override TextRef Text(int code) => _texts[code];

        public override bool TryFind(ReadOnlySpan<byte> text, out int code) => (code = Array.IndexOf(words, Encoding.UTF8.GetString(text)) + 1) > 0;
    }
}
