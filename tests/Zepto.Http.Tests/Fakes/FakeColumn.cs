using System.Runtime.InteropServices;
using System.Text;
using Zepto.Query.Results;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Http.Tests.Fakes;

/// <summary>A result column in unmanaged memory that is never freed: tests are short and few.</summary>
internal sealed unsafe class FakeColumn
{
    private readonly void* _values;
    private readonly int _rowCount;
    private readonly ValueKind _kind;

    private FakeColumn(string name, ColumnType type, ValueKind kind, void* values, int rowCount)
    {
        Column = new ResultColumn(Encoding.UTF8.GetBytes(name), type, Nullable: true);
        _kind = kind;
        _values = values;
        _rowCount = rowCount;
    }

    public ResultColumn Column { get; }

    public int RowCount => _rowCount;

    public ColumnValues Values(int startRow, int rowCount)
    {
        int sizeBytes = _kind switch { ValueKind.Bool => 1, ValueKind.Text => sizeof(TextRef), _ => 8 };
        return new ColumnValues(_kind, (byte*)_values + (long)startRow * sizeBytes, rowCount);
    }

    public static FakeColumn Int64(string name, ReadOnlySpan<long> values, ColumnType type = ColumnType.Int64) =>
        new(name, type, ValueKind.Int64, Copy(values), values.Length);

    public static FakeColumn Float64(string name, ReadOnlySpan<double> values, ColumnType type = ColumnType.Float64) =>
        new(name, type, ValueKind.Float64, Copy(values), values.Length);

    public static FakeColumn Bool(string name, ReadOnlySpan<byte> values) =>
        new(name, ColumnType.Bool, ValueKind.Bool, Copy(values), values.Length);

    public static FakeColumn Text(string name, IReadOnlyList<byte[]?> values)
    {
        TextRef* refs = (TextRef*)NativeMemory.Alloc((nuint)(Math.Max(values.Count, 1) * sizeof(TextRef)));
        for (int i = 0; i < values.Count; i++)
        {
            byte[]? text = values[i];
            refs[i] = text is null ? default : new TextRef((byte*)Copy<byte>(text), text.Length);
        }
        return new FakeColumn(name, ColumnType.String, ValueKind.Text, refs, values.Count);
    }

    private static void* Copy<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        int bytes = values.Length * sizeof(T);
        void* memory = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 16), 16);
        values.CopyTo(new Span<T>(memory, values.Length));
        return memory;
    }
}
