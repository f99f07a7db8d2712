using System.Diagnostics;
using System.Text;
using Zepto.Query.Results;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>The small table that a statement about the catalogue answers with: STRING and INT64 columns.</summary>
internal sealed class MetadataResult(params ResultColumn[] columns)
{
    private readonly List<object[]> _rows = [];

    /// <summary>Columns in order.</summary>
    public ResultColumn[] Columns { get; } = columns;

    /// <summary>Rows in order; a cell is a string or a long, as its column says.</summary>
    public IReadOnlyList<object[]> Rows => _rows;

    /// <summary>A column that is never NULL.</summary>
    public static ResultColumn Column(string name, ColumnType type = ColumnType.String) => new(Encoding.UTF8.GetBytes(name), type, Nullable: false);

    /// <summary>Adds a row.</summary>
    public void Add(params object[] row)
    {
        Debug.Assert(row.Length == Columns.Length);
        _rows.Add(row);
    }
}
