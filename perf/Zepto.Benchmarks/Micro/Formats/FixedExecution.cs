using System.Runtime.InteropServices;
using System.Text;
using Zepto.Query.Results;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Benchmarks.Micro.Formats;

/// <summary>A finished statement with one batch of four columns, for whoever writes results. Its memory lives as long as the process.</summary>
internal sealed unsafe class FixedExecution : IStatementExecution
{
    private static readonly ResultColumn[] s_columns =
    [
        new("symbol"u8.ToArray(), ColumnType.Symbol, Nullable: false),
        new("timestamp"u8.ToArray(), ColumnType.Timestamp, Nullable: false),
        new("volume"u8.ToArray(), ColumnType.Int64, Nullable: true),
        new("vwap"u8.ToArray(), ColumnType.Float64, Nullable: true),
    ];

    private readonly ColumnValues[] _values;

    public FixedExecution(int rows)
    {
        BatchRows = rows;
        var symbols = (TextRef*)NativeMemory.Alloc((nuint)(rows * sizeof(TextRef)));
        var times = (long*)NativeMemory.Alloc((nuint)(rows * sizeof(long)));
        var volumes = (long*)NativeMemory.Alloc((nuint)(rows * sizeof(long)));
        var prices = (double*)NativeMemory.Alloc((nuint)(rows * sizeof(double)));
        var name = (byte*)NativeMemory.Alloc(4);
        Encoding.ASCII.GetBytes("AAPL", new Span<byte>(name, 4));
        for (var i = 0; i < rows; i++)
        {
            symbols[i] = new TextRef(name, 4);
            times[i] = 1_767_623_400_000_000_000 + i * 1_000_003L;
            volumes[i] = i % 100 * 10;
            prices[i] = 15_000 + i % 997 / 7.0;
        }

        _values =
        [
            new(ValueKind.Text, symbols, rows), new(ValueKind.Int64, times, rows), new(ValueKind.Int64, volumes, rows), new(ValueKind.Float64, prices, rows),
        ];
    }

    public ReadOnlySpan<ResultColumn> Columns => s_columns;

    public int BatchRows { get; }

    public StatementErrorKind ErrorKind => StatementErrorKind.None;

    public ReadOnlySpan<byte> ErrorText => default;

    public ReadOnlySpan<byte> FormatName => default;

    public long ElapsedNs => 52_300;

    public long RowsScanned => 0;

    public long RowsWritten => 0;

    public ColumnValues Values(int index) => _values[index];

    public ValueTask<bool> MoveNextAsync() => new(false);

    public void Cancel()
    {
    }

    public void Dispose()
    {
    }
}
