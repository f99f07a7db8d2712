using System.Globalization;
using System.Numerics;
using DuckDB.NET.Data;

namespace Zepto.Server.Tests.Differential;

/// <summary>DuckDB in this process, as the second opinion on what a query's answer is. One thread at a time.</summary>
internal sealed class Reference : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public Reference() => _connection.Open();

    /// <summary>Runs a statement without a result.</summary>
    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Rows of a query, with values as the server's results have them: null, bool, long, double or string.</summary>
    public object?[][] Query(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : Value(reader.GetValue(i));
            rows.Add(row);
        }

        return [.. rows];
    }

    public void Dispose() => _connection.Dispose();

    private static object? Value(object value) => value switch
    {
        bool or string => value,
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        BigInteger big => big >= long.MinValue && big <= long.MaxValue ? (long)big : throw new OverflowException($"{big} is beyond INT64"),
        float or double or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? number : null,
        _ => throw new NotSupportedException($"a value of the reference is a {value.GetType().Name}; cast it in the query"),
    };
}
