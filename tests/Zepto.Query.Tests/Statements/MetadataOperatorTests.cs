using System.Text;
using Zepto.Query.Execution;
using Zepto.Query.Statements;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Statements;

public sealed class MetadataOperatorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Operator.MaxChunkRows)]
    [InlineData((2 * Operator.MaxChunkRows) + 1)]
    public void Next_Rows_AreServedInChunks(int rows)
    {
        var result = new MetadataResult(MetadataResult.Column("name"), MetadataResult.Column("result", ColumnType.Int64));
        for (var row = 0; row < rows; row++)
            result.Add(row % 3 == 0 ? "" : $"é{row}", (long)row);
        var metadata = new MetadataOperator(result);
        Assert.Equal([new ColumnShape(ColumnType.String, VectorKind.Text, false), new ColumnShape(ColumnType.Int64, VectorKind.Int64, false)], metadata.Shape);
        using var run = new QueryRun(1 << 26, 0);
        for (var again = 0; again < 2; again++)
        {
            run.Begin(0, 0);
            metadata.Open(run);
            var served = 0;
            while (metadata.Next())
            {
                Assert.InRange(metadata.RowCount, 1, Operator.MaxChunkRows);
                for (var i = 0; i < metadata.RowCount; i++, served++)
                {
                    Assert.Equal(result.Rows[served][0], Encoding.UTF8.GetString(metadata.Columns[0].Text[i].Bytes));
                    Assert.False(metadata.Columns[0].Text[i].IsNull);
                    Assert.Equal(served, metadata.Columns[1].Int64[i]);
                }
            }

            metadata.Close();
            Assert.Equal(rows, served);
        }
    }
}
