using System.Text;
using Zepto.Query.Execution;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Fakes;

/// <summary>Runs a plan and reads its rows as long, double, bool, string or null.</summary>
internal static class RowReader
{
    public static List<object?[]> Run(Operator plan, QueryRun run)
    {
        var rows = new List<object?[]>();
        plan.Open(run);
        try
        {
            while (plan.Next())
            {
                Assert.InRange(plan.RowCount, 1, Operator.MaxChunkRows);
                for (var row = 0; row < plan.RowCount; row++)
                    rows.Add(Array.ConvertAll(plan.Columns, column => Value(column, row)));
            }
        }
        finally
        {
            plan.Close();
        }

        return rows;
    }

    public static object? Value(in Vector column, int row)
    {
        row = column.IsConstant ? 0 : row;
        return column.Kind switch
        {
            VectorKind.Int64 => column.Int64[row] is var value and not Nulls.Int64 ? value : null,
            VectorKind.Float64 => Nulls.IsNull(column.Float64[row]) ? null : column.Float64[row],
            VectorKind.Bool => column.Bool[row] is var value and not Nulls.Bool ? value == 1 : null,
            VectorKind.Code => column.Codes[row] == Nulls.Code ? null : Text(column.Dictionary!.Text(column.Codes[row])),
            _ => Text(column.Text[row]),
        };
    }

    private static string? Text(TextRef text) => text.IsNull ? null : Encoding.UTF8.GetString(text.Bytes);
}
