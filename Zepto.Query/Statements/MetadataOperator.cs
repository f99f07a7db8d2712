using System.Text;
using Zepto.Query.Execution;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>Serves a finished table of metadata as chunks, so that the engine treats it like the rows of any query.</summary>
internal sealed unsafe class MetadataOperator(MetadataResult result)
    : Operator(Array.ConvertAll(result.Columns, c => new ColumnShape(c.Type, TypeNames.Kind(c.Type), c.Nullable)))
{
    private readonly Vector[] _whole = new Vector[result.Columns.Length];
    private int _served;

    public override string Describe() => "Metadata";

    public override void Open(QueryRun run)
    {
        _served = 0;
        for (var column = 0; column < _whole.Length; column++)
            _whole[column] = Shape[column].Type == ColumnType.Int64 ? Integers(run, column) : Texts(run, column);
    }

    public override bool Next()
    {
        var rows = Math.Min(MaxChunkRows, result.Rows.Count - _served);
        if (rows == 0)
            return false;
        for (var column = 0; column < _whole.Length; column++)
            Columns[column] = _whole[column].Slice(_served, rows);
        _served += rows;
        RowCount = rows;
        return true;
    }

    public override void Close() => Array.Clear(_whole);

    private Vector Integers(QueryRun run, int column)
    {
        var values = run.Arena.Allocate<long>(result.Rows.Count);
        for (var row = 0; row < result.Rows.Count; row++)
            values[row] = (long)result.Rows[row][column];
        return Vector.Of(VectorKind.Int64, values, result.Rows.Count, mayHaveNulls: false);
    }

    private Vector Texts(QueryRun run, int column)
    {
        var values = run.Arena.Allocate<TextRef>(result.Rows.Count);
        for (var row = 0; row < result.Rows.Count; row++)
        {
            var text = (string)result.Rows[row][column];
            var length = Encoding.UTF8.GetByteCount(text);
            var bytes = run.Arena.Allocate<byte>(Math.Max(length, 1));
            Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, length));
            values[row] = new TextRef(bytes, length);
        }

        return Vector.Of(VectorKind.Text, values, result.Rows.Count, mayHaveNulls: false);
    }
}
