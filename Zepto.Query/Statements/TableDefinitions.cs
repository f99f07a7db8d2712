using System.Globalization;
using System.Text;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>Makes definitions of tables and columns from statements: names, types, defaults and limits are checked here, the rest by storage.</summary>
internal static class TableDefinitions
{
    /// <summary>Most columns of a table.</summary>
    public const int MaxColumns = 1_024;

    /// <summary>Longest name of a table or column, in UTF-8.</summary>
    public const int MaxNameBytes = 255;

    private static readonly (long Ns, string Name)[] s_units =
    [
        (TimeUnits.Day, "DAY"), (TimeUnits.Hour, "HOUR"), (TimeUnits.Minute, "MINUTE"), (TimeUnits.Second, "SECOND"), (TimeUnits.Millisecond, "MILLISECOND"),
        (TimeUnits.Microsecond, "MICROSECOND"),
    ];

    /// <summary>The table that CREATE TABLE asks for; SqlException when it asks for none that can be made.</summary>
    public static TableDefinition Of(CreateTableStatement statement)
    {
        CheckName("Table", statement.Name);
        CheckColumnCount(statement.Columns.Count);
        var types = statement.Columns.Select(TypeOf).ToArray();
        var timestamp = statement.TimestampColumn
            ?? statement.Columns.Zip(types).FirstOrDefault(column => column.Second == ColumnType.Timestamp).First?.Name;
        if (statement.Retention is { } retention)
            CheckRetention(retention, timestamp);
        using var constants = new ConstantEvaluator();
        var columns = statement.Columns.Zip(types, (column, type) => Define(column, type, column.Name == timestamp, constants));
        return new TableDefinition(statement.Name, [.. columns], statement.TimestampColumn, statement.Retention?.Nanoseconds);
    }

    /// <summary>The column that ADD COLUMN asks for in a table of these columns.</summary>
    public static ColumnDefinition Of(AddColumnStatement statement, TableSchema schema)
    {
        CheckColumnCount(schema.Columns.Length + 1);
        var type = TypeOf(statement.Column);
        // Storage gives the duties of symbol and timestamp to the first column of the type; rows that exist cannot be rearranged for it.
        if ((type == ColumnType.Symbol && schema.SymbolIndex < 0) || (type == ColumnType.Timestamp && schema.TimestampIndex < 0))
            throw SqlException.Unsupported($"The first {TypeNames.Keyword(type)} column arranges a table's rows and cannot be added later");
        if (statement.Column.NotNull)
            throw SqlException.Value($"Column {statement.Column.Name} cannot be NOT NULL: it reads NULL in the rows stored before");
        using var constants = new ConstantEvaluator();
        return Define(statement.Column, type, isDesignatedTimestamp: false, constants);
    }

    /// <summary>CREATE TABLE that makes the same table again.</summary>
    public static string TextOf(string tableName, TableSchema schema, long? retentionNs)
    {
        var text = new StringBuilder("CREATE TABLE ").Append(ExpressionText.OfName(tableName)).Append(" (");
        foreach (var column in schema.Columns)
        {
            text.Append(text[^1] == '(' ? "" : ", ").Append(ExpressionText.OfName(column.Name)).Append(' ').Append(TypeNames.Keyword(column.Type));
            if (column.Attribute != ColumnAttribute.None)
                text.Append(' ').Append(TypeNames.Keyword(column.Attribute));
            if (column.NotNull)
                text.Append(" NOT NULL");
            if (column.Default is { } value)
                text.Append(" DEFAULT ").Append(ColumnDefaults.TextOf(value, column.Type));
        }

        text.Append(')');
        if (schema.TimestampIndex >= 0)
            text.Append(" WITH (timestamp = ").Append(ExpressionText.OfName(schema.Columns[schema.TimestampIndex].Name)).Append(')');
        if (retentionNs is { } ns)
            text.Append(" TTL ").Append(RetentionText(ns));
        return text.ToString();
    }

    /// <summary>Refuses a TTL for a table without a timestamp, or that counts from another column.</summary>
    public static void CheckRetention(RetentionSyntax retention, string? timestamp)
    {
        if (timestamp is null)
            throw SqlException.Value("TTL needs a table with a timestamp");
        if (retention.Column is { } column && column != timestamp)
            throw SqlException.Value($"TTL counts from the table's timestamp, {timestamp}, not from {column}");
    }

    /// <summary>Refuses the name of a column when it is too long.</summary>
    public static void CheckColumnName(string name) => CheckName("Column", name);

    private static string RetentionText(long ns)
    {
        foreach (var (unit, name) in s_units)
        {
            if (ns % unit == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{ns / unit} {name}{(ns == unit ? "" : "S")}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{ns} NANOSECONDS");
    }

    private static ColumnType TypeOf(ColumnSyntax column) =>
        TypeNames.TryParse(column.TypeName, out var type, out _) ? type : throw SqlException.Type($"unknown type '{column.TypeName}'", column.TypePosition);

    private static ColumnDefinition Define(ColumnSyntax column, ColumnType type, bool isDesignatedTimestamp, ConstantEvaluator constants)
    {
        CheckName("Column", column.Name);
        // An omitted designated timestamp takes the current time anyway.
        if (column.Default is null || (isDesignatedTimestamp && IsClock(column.Default)))
            return new ColumnDefinition(column.Name, type, column.NotNull, Attribute: column.Attribute);
        try
        {
            var value = ColumnDefaults.Of(constants.Evaluate(column.Default, 0, nowNs: null), type);
            return new ColumnDefinition(column.Name, type, column.NotNull, value, column.Attribute);
        }
        catch (SqlException error) when (error.Kind is StatementErrorKind.BadValue or StatementErrorKind.TypeMismatch)
        {
            throw new SqlException(error.Kind, $"DEFAULT of column {column.Name}: {error.Message}");
        }
    }

    private static bool IsClock(Expression expression) =>
        expression is FunctionCall { Arguments.Count: 0 } call && ScalarFunctions.Exists(call.Name)
        && ExpressionBuilder.Function(call.Name, [], call.Position) is NowExpression;

    private static void CheckColumnCount(int columns)
    {
        if (columns > MaxColumns)
            throw SqlException.Value($"Too many columns: {columns}, a table has at most {MaxColumns}");
    }

    private static void CheckName(string what, string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            throw SqlException.Value($"{what} name is longer than {MaxNameBytes} bytes: {ValueText.Quote(Encoding.UTF8.GetBytes(name))}");
    }
}
