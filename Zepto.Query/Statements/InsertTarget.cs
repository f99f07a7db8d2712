using System.Text;
using Zepto.Query.Results;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage.Catalog;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Statements;

/// <summary>
/// Where an INSERT's values go: the table, and which column each value of a row is for. Immutable; made for one version of the catalogue and
/// shared by the statements that follow.
/// </summary>
internal sealed class InsertTarget
{
    private readonly int[] _columns;
    private readonly int[] _omitted;
    private readonly byte[]?[] _defaultTexts;
    private readonly byte[][] _names;

    private InsertTarget(Table table, TableSchema schema, long catalogVersion, InputFormat format, int[] columns, bool hasColumnList)
    {
        Table = table;
        Schema = schema;
        CatalogVersion = catalogVersion;
        Format = format;
        HasColumnList = hasColumnList;
        _columns = columns;
        _omitted = [.. Enumerable.Range(0, schema.Columns.Length).Except(columns)];
        _defaultTexts = Array.ConvertAll(schema.Columns, c => c.Default?.Text is { } text ? Encoding.UTF8.GetBytes(text) : null);
        _names = Array.ConvertAll(schema.Columns, c => Encoding.UTF8.GetBytes(c.Name));
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>Its columns when the target was made, and those of the batches for it; the writer brings them to the columns of its time.</summary>
    public TableSchema Schema { get; }

    /// <summary>Version of the catalogue that it was made for.</summary>
    public long CatalogVersion { get; }

    /// <summary>How the rows are written.</summary>
    public InputFormat Format { get; }

    /// <summary>Whether the statement lists columns; without a list a row has a value for each column.</summary>
    public bool HasColumnList { get; }

    /// <summary>Index in the table of the column that each value of a row is for.</summary>
    public ReadOnlySpan<int> Columns => _columns;

    /// <summary>Columns of the table that the statement leaves out.</summary>
    public ReadOnlySpan<int> Omitted => _omitted;

    /// <summary>Resolves `INSERT INTO table [(columns)]`; SqlException for unknown names and for columns that must have a value and get none.</summary>
    public static InsertTarget Create(TableCatalog catalog, string tableName, IReadOnlyList<string>? columnNames, InputFormat format)
    {
        if (!catalog.TryGet(tableName, out var table))
            throw new SqlException(StatementErrorKind.UnknownTable, $"Unknown table: {tableName}");
        var schema = table.Schema;
        if (columnNames is null)
            return new InsertTarget(table, schema, catalog.Version, format, [.. Enumerable.Range(0, schema.Columns.Length)], hasColumnList: false);

        var columns = new int[columnNames.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = schema.IndexOf(columnNames[i]);
            if (columns[i] < 0)
                throw new SqlException(StatementErrorKind.UnknownColumn, $"Unknown column: {columnNames[i]} in table {tableName}");
            if (Array.IndexOf(columns, columns[i]) < i)
                throw SqlException.Value($"Column {columnNames[i]} is named twice");
        }

        var target = new InsertTarget(table, schema, catalog.Version, format, columns, hasColumnList: true);
        target.CheckMayBeOmitted(target._omitted);
        return target;
    }

    /// <summary>Whether a column takes no NULL.</summary>
    public bool IsRequired(int column) => Schema.Columns[column].NotNull || column == Schema.SymbolIndex || column == Schema.TimestampIndex;

    /// <summary>Name of a column.</summary>
    public ReadOnlySpan<byte> Name(int column) => _names[column];

    /// <summary>UTF-8 of a column's default text; null without one.</summary>
    public byte[]? DefaultText(int column) => _defaultTexts[column];

    /// <summary>Checks that all of these columns have a value when rows give none; SqlException otherwise.</summary>
    public void CheckMayBeOmitted(ReadOnlySpan<int> columns)
    {
        foreach (var column in columns)
            CheckMayBeOmitted(column);
    }

    /// <summary>
    /// Gives the batch's rows the values of columns that are left out: DEFAULT, the current time for the designated timestamp, else NULL.
    /// </summary>
    public void FillOmitted(RowBatch batch, ReadOnlySpan<int> columns, long nowNs, SymbolDictionary symbols)
    {
        foreach (var column in columns)
        {
            if (Schema.Columns[column].Default is { } value)
                FillDefault(batch, column, value, symbols);
            else if (column == Schema.TimestampIndex)
                batch.Column<long>(column)[..batch.RowCount].Fill(nowNs);
            else
                batch.FillNull(column);
        }
    }

    private void CheckMayBeOmitted(int column)
    {
        var definition = Schema.Columns[column];
        if (definition.Default is not null || column == Schema.TimestampIndex)
            return;
        if (column == Schema.SymbolIndex)
            throw SqlException.Value($"Column {definition.Name} needs a value");
        if (definition.NotNull)
            throw SqlException.Value($"Column {definition.Name} needs a value: it is NOT NULL and has no DEFAULT");
    }

    private void FillDefault(RowBatch batch, int column, ColumnDefault value, SymbolDictionary symbols)
    {
        var rows = batch.RowCount;
        switch (Schema.Columns[column].Type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp: batch.Column<long>(column)[..rows].Fill(value.Integer); break;
            case ColumnType.Int32: batch.Column<int>(column)[..rows].Fill((int)value.Integer); break;
            case ColumnType.Float64: batch.Column<double>(column)[..rows].Fill(value.Float); break;
            case ColumnType.Float32: batch.Column<float>(column)[..rows].Fill((float)value.Float); break;
            case ColumnType.Bool: batch.Column<byte>(column)[..rows].Fill((byte)value.Integer); break;
            case ColumnType.String: batch.Column<int>(column)[..rows].Fill(Table.Strings(Schema.IdOf(column))!.Intern(_defaultTexts[column])); break;
            default: batch.Column<int>(column)[..rows].Fill(SymbolOf(column, value, symbols)); break;
        }
    }

    private int SymbolOf(int column, ColumnDefault value, SymbolDictionary symbols)
    {
        if (_defaultTexts[column] is { } name)
            return symbols.Intern(name);
        symbols.EnsureId(value.Integer);
        return (int)value.Integer;
    }
}
