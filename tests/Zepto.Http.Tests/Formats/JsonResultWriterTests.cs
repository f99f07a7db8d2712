using System.Text;
using System.Text.Json;
using Zepto.Http.Formats;
using Zepto.Http.Responses;
using Zepto.Http.Tests.Fakes;
using Zepto.Query.Results;
using Zepto.Storage.Schema;

namespace Zepto.Http.Tests.Formats;

public sealed class JsonResultWriterTests
{
    [Fact]
    public void Write_EveryType_IsTheReferenceBody()
    {
        string body = Write(ScriptedStatement.Result(
            FakeColumn.Int64("i", [1, Nulls.Int64, long.MaxValue]),
            FakeColumn.Int64("ts", [1711234567000000000, 0, -1], ColumnType.Timestamp),
            FakeColumn.Float64("f", [15037.2, double.NaN, double.PositiveInfinity]),
            FakeColumn.Float64("s", [0.1f, Nulls.Float64, 1e300], ColumnType.Float32),
            FakeColumn.Bool("b", [0, 1, 2]),
            FakeColumn.Text("t\"", ["AAPL"u8.ToArray(), null, []])));
        Assert.Equal(
            "{\"columns\":[\"i\",\"ts\",\"f\",\"s\",\"b\",\"t\\\"\"],\"data\":["
            + "[1,1711234567000000000,15037.2,0.1,false,\"AAPL\"],[null,0,null,null,true,null],[9223372036854775807,-1,null,null,null,\"\"]"
            + "],\"rows\":3,\"execution_time_us\":52.3}", body);
    }

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(999, "0.999")]
    [InlineData(1_000, "1.0")]
    [InlineData(52_310, "52.31")]
    [InlineData(1_234_567_001, "1234567.001")]
    public void End_ExecutionTime_IsMicroseconds(long elapsedNs, string expected)
    {
        FakeExecution execution = new(new FakeRunner()) { ElapsedNs = elapsedNs };
        execution.Reset(new ScriptedStatement());
        Assert.Equal($"{{\"columns\":[],\"data\":[],\"rows\":0,\"execution_time_us\":{expected}}}", Write(execution));
    }

    [Fact]
    public void Write_RandomResults_ParseBack()
    {
        const int seed = 5;
        Random random = new(seed);
        for (int round = 0; round < 200; round++)
        {
            int rows = random.Next(60);
            FakeColumn[] columns = Enumerable.Range(0, random.Next(1, 20)).Select(i => RandomColumn(random, $"c{i}", rows)).ToArray();
            ScriptedStatement script = new() { Columns = columns, RowCount = rows, BatchRows = random.Next(1, 20) };
            using JsonDocument json = JsonDocument.Parse(Write(script, maxBytes: random.Next(1, 500)));
            JsonElement[] data = json.RootElement.GetProperty("data").EnumerateArray().ToArray();
            Assert.Equal(rows, json.RootElement.GetProperty("rows").GetInt32());
            Assert.Equal(rows, data.Length);
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns.Length; column++)
                    Assert.True(IsSame(columns[column], row, data[row][column]), $"seed {seed}, round {round}, row {row}, column {column}: {data[row][column]}");
            }
        }
    }

    [Fact]
    public void WriteRows_Limit_StopsAfterTheRowThatReachesIt()
    {
        FakeExecution execution = Begin(ScriptedStatement.Result(FakeColumn.Int64("n", new long[100])), out JsonResultWriter writer, out BodyBuffer buffer);
        Assert.True(execution.MoveNext());
        int before = buffer.Length;
        Assert.Equal(1, writer.WriteRows(execution, 0, buffer, before + 1));
        Assert.Equal(3, writer.WriteRows(execution, 1, buffer, buffer.Length + 5));
        Assert.Equal(100, writer.WriteRows(execution, 3, buffer, int.MaxValue));
    }

    [Fact]
    public void Write_SteadyState_AllocatesNothing()
    {
        FakeRunner runner = new();
        ScriptedStatement script = ScriptedStatement.Result(FakeColumn.Int64("i", [1, 2]), FakeColumn.Float64("f", [1.5, 1.0 / 3]), FakeColumn.Text("t", ["é"u8.ToArray(), "AAPL"u8.ToArray()]));
        FakeExecution execution = new(runner);
        JsonResultWriter writer = new();
        BodyBuffer buffer = new();
        Allocations.AssertNone(() =>
        {
            execution.Reset(script);
            writer.Begin(execution, buffer);
            while (execution.MoveNext()) writer.WriteRows(execution, 0, buffer, int.MaxValue);
            writer.End(execution, buffer);
            buffer.Release();
        });
    }

    private static FakeColumn RandomColumn(Random random, string name, int rows) => random.Next(4) switch
    {
        0 => FakeColumn.Int64(name, Enumerable.Range(0, rows).Select(_ => random.Next(5) == 0 ? Nulls.Int64 : random.NextInt64() >> random.Next(63)).ToArray()),
        1 => FakeColumn.Float64(name, Enumerable.Range(0, rows).Select(_ => random.Next(5) == 0 ? Nulls.Float64 : BitConverter.Int64BitsToDouble(random.NextInt64())).ToArray()),
        2 => FakeColumn.Bool(name, Enumerable.Range(0, rows).Select(_ => (byte)random.Next(3)).ToArray()),
        _ => FakeColumn.Text(name, Enumerable.Range(0, rows).Select(_ => random.Next(5) == 0 ? null : Bytes(random)).ToArray()),
    };

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static bool IsSame(FakeColumn column, int row, JsonElement cell)
    {
        ColumnValues values = column.Values(row, 1);
        bool isNull = cell.ValueKind == JsonValueKind.Null;
        return values.Kind switch
        {
            ValueKind.Int64 => values.Int64[0] == Nulls.Int64 ? isNull : cell.GetInt64() == values.Int64[0],
            ValueKind.Float64 => double.IsFinite(values.Float64[0]) ? cell.GetDouble().Equals(values.Float64[0]) : isNull,
            ValueKind.Bool => values.Bool[0] == 2 ? isNull : cell.GetBoolean() == (values.Bool[0] == 1),
            _ => values.Text[0].IsNull ? isNull : cell.GetString() == Encoding.UTF8.GetString(values.Text[0].Bytes),
        };
    }

    private static FakeExecution Begin(ScriptedStatement script, out JsonResultWriter writer, out BodyBuffer buffer)
    {
        FakeExecution execution = new(new FakeRunner());
        execution.Reset(script);
        writer = new JsonResultWriter();
        buffer = new BodyBuffer();
        writer.Begin(execution, buffer);
        return execution;
    }

    private static string Write(ScriptedStatement script, int maxBytes = int.MaxValue)
    {
        FakeExecution execution = new(new FakeRunner());
        execution.Reset(script);
        return Write(execution, maxBytes);
    }

    // Writes in pieces, clearing the buffer between them as the handler does.
    private static string Write(FakeExecution execution, int maxBytes = int.MaxValue)
    {
        JsonResultWriter writer = new();
        BodyBuffer buffer = new();
        StringBuilder body = new();
        writer.Begin(execution, buffer);
        while (execution.MoveNext())
        {
            int row = 0;
            while (row < execution.BatchRows)
            {
                row = writer.WriteRows(execution, row, buffer, maxBytes);
                body.Append(Encoding.UTF8.GetString(buffer.Written));
                buffer.Clear();
            }
        }
        writer.End(execution, buffer);
        body.Append(Encoding.UTF8.GetString(buffer.Written));
        return body.ToString();
    }
}
