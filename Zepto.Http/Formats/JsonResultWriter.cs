using System.Diagnostics;
using Zepto.Http.Responses;
using Zepto.Query.Results;
using Zepto.Storage.Schema;

namespace Zepto.Http.Formats;

/// <summary>
/// The default answer: <c>{"columns":[…],"data":[[…],…],"rows":N,"execution_time_us":F}</c>. Integers and timestamps are JSON numbers
/// with all their digits, doubles have the shortest text that reads back, NULL, NaN and infinities are null.
/// </summary>
public sealed class JsonResultWriter : ResultWriter
{
    // Longest cell of fixed size, with its comma.
    private const int MaxFixedCellBytes = NumberText.MaxFloat64Bytes + 1;

    private ColumnValues[] _values = new ColumnValues[16];
    private ColumnType[] _types = new ColumnType[16];
    private int _columnCount;
    private long _rows;

    public override ReadOnlySpan<byte> ContentType => ContentTypes.Json;

    public override void Begin(IStatementExecution execution, BodyBuffer buffer)
    {
        _rows = 0;
        ReadOnlySpan<ResultColumn> columns = execution.Columns;
        _columnCount = columns.Length;
        if (_columnCount > _values.Length)
        {
            _values = new ColumnValues[_columnCount];
            _types = new ColumnType[_columnCount];
        }
        buffer.Append("{\"columns\":["u8);
        for (int i = 0; i < columns.Length; i++)
        {
            if (i > 0) buffer.Append((byte)',');
            JsonText.AppendString(buffer, columns[i].NameUtf8);
            _types[i] = columns[i].Type;
        }
        buffer.Append("],\"data\":["u8);
    }

    public override int WriteRows(IStatementExecution execution, int startRow, BodyBuffer buffer, int maxBytes)
    {
        int rowCount = execution.BatchRows;
        ReadOnlySpan<ColumnType> types = _types.AsSpan(0, _columnCount);
        Span<ColumnValues> values = _values.AsSpan(0, _columnCount);
        for (int i = 0; i < values.Length; i++) values[i] = execution.Values(i);

        int row = startRow;
        while (row < rowCount && buffer.Length < maxBytes)
        {
            buffer.Append(_rows == 0 ? "["u8 : ",["u8);
            for (int column = 0; column < values.Length; column++)
            {
                if (column > 0) buffer.Append((byte)',');
                WriteCell(buffer, values[column], types[column], row);
            }
            buffer.Append((byte)']');
            _rows++;
            row++;
        }
        values.Clear(); // They point into memory that the next batch reuses.
        return row;
    }

    public override void End(IStatementExecution execution, BodyBuffer buffer)
    {
        buffer.Append("],\"rows\":"u8);
        buffer.Advance(NumberText.Write(buffer.GetSpan(NumberText.MaxInt64Bytes), _rows));
        buffer.Append(",\"execution_time_us\":"u8);
        WriteMicroseconds(buffer, execution.ElapsedNs);
        buffer.Append((byte)'}');
    }

    public override void WriteError(ReadOnlySpan<byte> message, BodyBuffer buffer)
    {
        buffer.Append("{\"columns\":[],\"data\":[],\"rows\":0,\"execution_time_us\":0,\"error\":"u8);
        JsonText.AppendString(buffer, message);
        buffer.Append((byte)'}');
    }

    private static void WriteCell(BodyBuffer buffer, ColumnValues values, ColumnType type, int row)
    {
        switch (values.Kind)
        {
            case ValueKind.Int64:
                long integer = values.Int64[row];
                if (integer == Nulls.Int64) buffer.Append("null"u8);
                else buffer.Advance(NumberText.Write(buffer.GetSpan(MaxFixedCellBytes), integer));
                break;
            case ValueKind.Float64:
                double number = values.Float64[row];
                if (!double.IsFinite(number)) buffer.Append("null"u8); // NULL is one of the NaNs.
                else if (type == ColumnType.Float32) WriteSingle(buffer, (float)number);
                else buffer.Advance(NumberText.Write(buffer.GetSpan(MaxFixedCellBytes), number));
                break;
            case ValueKind.Bool:
                byte flag = values.Bool[row];
                buffer.Append(flag switch { 0 => "false"u8, 1 => "true"u8, _ => "null"u8 });
                break;
            default:
                Debug.Assert(values.Kind == ValueKind.Text);
                Zepto.Storage.Dictionaries.TextRef text = values.Text[row];
                if (text.IsNull) buffer.Append("null"u8);
                else if (text.IsNumber && type == ColumnType.Symbol) buffer.Append(text.Bytes);
                else JsonText.AppendString(buffer, text.Bytes);
                break;
        }
    }

    // A double beyond the range of a single, however it came into such a column, is no finite single.
    private static void WriteSingle(BodyBuffer buffer, float number)
    {
        if (!float.IsFinite(number)) buffer.Append("null"u8);
        else buffer.Advance(NumberText.Write(buffer.GetSpan(MaxFixedCellBytes), number));
    }

    // Nanoseconds as microseconds with one to three decimals.
    private static void WriteMicroseconds(BodyBuffer buffer, long elapsedNs)
    {
        (long microseconds, long rest) = Math.DivRem(Math.Max(elapsedNs, 0), 1000);
        Span<byte> span = buffer.GetSpan(NumberText.MaxInt64Bytes + 4);
        int length = NumberText.Write(span, microseconds);
        span[length++] = (byte)'.';
        span[length++] = (byte)('0' + rest / 100);
        span[length++] = (byte)('0' + rest / 10 % 10);
        span[length++] = (byte)('0' + rest % 10);
        for (int i = 0; i < 2 && span[length - 1] == '0'; i++) length--;
        buffer.Advance(length);
    }
}
