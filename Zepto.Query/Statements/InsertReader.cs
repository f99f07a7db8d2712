using Zepto.Query.Access;
using Zepto.Query.Execution;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Ingest;

namespace Zepto.Query.Statements;

/// <summary>
/// Reads the rows of an INSERT into a batch, whatever their format, straight from the client's bytes. One statement at a time; allocates nothing
/// once warm unless a value of VALUES is an expression.
/// </summary>
internal sealed class InsertReader : IDisposable
{
    private readonly RowBatchBuilder _builder;
    private readonly InputColumns _columns = new();
    private readonly ScratchBytes _scratch = new();
    private readonly InsertValuesReader _values;
    private readonly CsvReader _csv;
    private readonly TabSeparatedReader _tabSeparated;
    private readonly RowBinaryReader _rowBinary;
    private readonly JsonRowsReader _json;

    public InsertReader(Database database)
    {
        _builder = new RowBatchBuilder(database.Symbols);
        _values = new InsertValuesReader(_builder, _scratch);
        _csv = new CsvReader(_builder, _columns, _scratch);
        _tabSeparated = new TabSeparatedReader(_builder, _columns, _scratch);
        _rowBinary = new RowBinaryReader(_builder, _columns);
        _json = new JsonRowsReader(_builder, _columns, _scratch);
    }

    /// <summary>Bytes kept between statements.</summary>
    internal long KeptBytes => _scratch.HeldBytes + _builder.HeldBytes;

    /// <summary>
    /// Reads all rows. Throws SqlException for data that are not of the format, for rows that do not match the target and for values that do not
    /// fit, and then the batch holds no rows and no dictionary has grown.
    /// </summary>
    /// <param name="sql">The whole statement.</param>
    /// <param name="dataOffset">Where in it the rows begin, unless they are outside it.</param>
    /// <param name="outside">Rows outside the statement; empty when they are in it.</param>
    /// <param name="target">Where the values go, and the format.</param>
    /// <param name="batch">An empty batch of the target's table.</param>
    /// <param name="nowNs">Value of now() and of an omitted timestamp.</param>
    /// <param name="storable">The only symbols whose rows may be stored; null for all. Others are Forbidden.</param>
    /// <param name="run">The statement into whose memory limit the rows count.</param>
    public void Read(ReadOnlySpan<byte> sql, int dataOffset, ReadOnlySpan<byte> outside, InsertTarget target, RowBatch batch, long nowNs, SymbolAccess? storable = null, QueryRun? run = null)
    {
        if (!outside.IsEmpty)
            SqlParser.ExpectEnd(sql, dataOffset, "the end of the statement: its rows are in the body");
        var data = outside.IsEmpty ? sql : outside;
        var offset = outside.IsEmpty ? dataOffset : 0;
        _builder.Begin(target, batch, nowNs);
        _builder.Storable = storable;
        _builder.Run = run;
        _columns.Begin(target);
        try
        {
            var format = target.Format;
            var rows = format.Encoding switch
            {
                InputEncoding.Csv => _csv.Read(data[offset..], format.Header),
                InputEncoding.TabSeparated => _tabSeparated.Read(data[offset..], format.Header),
                InputEncoding.RowBinary => _rowBinary.Read(data[offset..], format.Header),
                InputEncoding.JsonEachRow => _json.Read(data[offset..], target.Schema.Columns.Length),
                _ => _values.Read(data, offset, target, nowNs),
            };
            _builder.Finish(rows, _columns.Omitted);
            _builder.RequireStorable();
        }
        finally
        {
            _columns.End();
            _builder.End();
            _scratch.Trim();
        }
    }

    public void Dispose()
    {
        _builder.Dispose();
        _values.Dispose();
    }
}
