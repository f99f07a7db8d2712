using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements.Formats;

/// <summary>
/// Which column of the table each field of a row is for: as the statement says, or as a header with names does. Used again for the next
/// statement; one thread at a time.
/// </summary>
internal sealed class InputColumns
{
    private InsertTarget _target = null!;
    private int[] _named = [];
    private int[] _omitted = [];
    private int _namedCount;
    private int _omittedCount;
    private bool _isNamed;

    /// <summary>Column of each field.</summary>
    public ReadOnlySpan<int> Columns => _isNamed ? _named.AsSpan(0, _namedCount) : _target.Columns;

    /// <summary>Columns of the table that no field is for.</summary>
    public ReadOnlySpan<int> Omitted => _isNamed ? _omitted.AsSpan(0, _omittedCount) : _target.Omitted;

    /// <summary>Takes the statement's columns.</summary>
    public void Begin(InsertTarget target)
    {
        _target = target;
        _isNamed = false;
        _namedCount = 0;
    }

    /// <summary>Lets go of the statement.</summary>
    public void End() => _target = null!;

    /// <summary>Takes the next name of a header; SqlException for one that the statement has no column for, or had before.</summary>
    public void AddName(ReadOnlySpan<byte> name)
    {
        var column = Find(name);
        if (column < 0)
        {
            var where = _target.HasColumnList ? "in the column list" : $"in table {_target.Table.Name}";
            throw new SqlException(StatementErrorKind.UnknownColumn, $"Unknown column in the header: {ValueText.OneLine(name)} is not {where}");
        }

        if (_named.AsSpan(0, _namedCount).Contains(column))
            throw SqlException.Value($"Column {ValueText.OneLine(name)} stands twice in the header");
        if (_named.Length < _target.Schema.Columns.Length)
        {
            Array.Resize(ref _named, _target.Schema.Columns.Length);
            _omitted = new int[_named.Length];
        }

        _named[_namedCount++] = column;
    }

    /// <summary>The header is over; SqlException when it leaves out a column that needs a value.</summary>
    public void EndNames()
    {
        _isNamed = true;
        _omittedCount = 0;
        for (var column = 0; column < _target.Schema.Columns.Length; column++)
        {
            if (!_named.AsSpan(0, _namedCount).Contains(column))
                _omitted[_omittedCount++] = column;
        }

        _target.CheckMayBeOmitted(Omitted);
    }

    /// <summary>The statement's column of a name; -1 without one.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        foreach (var column in _target.Columns)
        {
            if (_target.Name(column).SequenceEqual(name))
                return column;
        }

        return -1;
    }

    /// <summary>Name of a column of the table.</summary>
    public ReadOnlySpan<byte> Name(int column) => _target.Name(column);

    /// <summary>Definition of the column that a field is for.</summary>
    public ColumnDefinition Definition(int field) => _target.Schema.Columns[Columns[field]];

    /// <summary>The error for a row that ends before all fields were read.</summary>
    /// <param name="row">Index of the row.</param>
    /// <param name="fields">Fields that it has.</param>
    public SqlException MissingFields(int row, int fields) => SqlException.Value(
        $"Row {row + 1}, column {Definition(fields).Name}: the value is missing; the row has {Count(fields, "value")}, {Source} has {Count(Columns.Length, "column")}");

    /// <summary>The error for a row that goes on after all fields were read.</summary>
    public SqlException SurplusFields(int row) =>
        SqlException.Value($"Row {row + 1}, after column {Definition(Columns.Length - 1).Name}: the row has more values than {Source} has columns, {Columns.Length}");

    /// <summary>The error for data that stop inside a value.</summary>
    public SqlException CutOff(int row, int field) => SqlException.Value($"Row {row + 1}, column {Definition(field).Name}: the data end inside the row");

    private string Source => _isNamed ? "the header" : _target.HasColumnList ? "the column list" : "the table";

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
