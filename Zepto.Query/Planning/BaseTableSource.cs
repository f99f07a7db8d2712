using Zepto.Query.Access;
using Zepto.Query.Binding;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Planning;

/// <summary>A stored table: becomes a scan of the used columns, restricted by what the conditions say of symbol, time and blocks.</summary>
internal sealed class BaseTableSource : TableSource
{
    private static readonly ColumnShape SequenceShape = new(ColumnType.Int64, VectorKind.Int64, false);
    private static readonly ColumnShape MaskShape = new(ColumnType.Bool, VectorKind.Bool, true);
    private readonly PlanContext _context;
    private readonly TableSchema _schema;
    private readonly string _alias;
    private int _timeIndex = -1;
    private int _sequenceIndex = -1;
    private int _maskIndex = -1;
    private Expression[] _masked = [];

    public BaseTableSource(PlanContext context, Table table, TableSchema schema, string alias)
        : base(new Scope([.. schema.Columns.Select((c, i) => new ScopeColumn(alias, c.Name, ShapeOf(schema, i)))]))
    {
        _context = context;
        _schema = schema;
        _alias = alias;
        Table = table;
    }

    public Table Table { get; }

    public TableSchema Schema => _schema;

    /// <summary>Reads the designated timestamp, where there is one, and the arrival number of each row too; set before <see cref="Build"/>.</summary>
    public bool NeedsOrder { get; set; }

    /// <summary>Only the first and the last row of each series within the time range matter; set before <see cref="Build"/>.</summary>
    public bool OnlyEdges { get; set; }

    /// <summary>Lets the scan answer comparisons with constants, for whoever binds the conditions with this source; set before <see cref="Build"/>.</summary>
    public bool UsesMask { get; set; }

    /// <summary>Whether a row meets the conditions that the scan answers.</summary>
    public BoundExpression Mask => ExpressionBinder.Reference(_maskIndex, MaskShape);

    /// <summary>The only symbols whose rows the caller sees; null for all rows.</summary>
    public SymbolAccess? VisibleSymbols => _schema.SymbolIndex < 0 ? null : _context.Access.Symbols;

    /// <summary>The scan that <see cref="Build"/> made.</summary>
    public ScanOperator? Scan { get; private set; }

    /// <summary>Whether the scan that <see cref="Build"/> made can see one series only.</summary>
    public bool ReadsOneSeries { get; private set; }

    /// <summary>The scan whose slices the one made here shares; null for one of its own.</summary>
    private ScanOperator? Leader { get; init; }

    /// <summary>The designated timestamp of each row; null for a table without one. Made anew for each use.</summary>
    public BoundExpression? TimeOrder => _timeIndex < 0 ? null : ExpressionBinder.Reference(_timeIndex, ShapeOf(_schema, _schema.TimestampIndex));

    /// <summary>Arrival number of each row, when <see cref="NeedsOrder"/> was set.</summary>
    public BoundExpression? ArrivalOrder => _sequenceIndex < 0 ? null : ExpressionBinder.Reference(_sequenceIndex, SequenceShape);

    /// <summary>Where the scan puts the arrival number; -1 when it is not read.</summary>
    public int SequenceIndex => _sequenceIndex;

    /// <summary>Whether an expression is the table's symbol column.</summary>
    public bool IsSymbol(Expression expression) => _schema.SymbolIndex >= 0 && Scope.IndexOf(expression) == _schema.SymbolIndex;

    /// <summary>Whether an expression is the table's designated timestamp column.</summary>
    public bool IsTime(Expression expression) => _schema.TimestampIndex >= 0 && Scope.IndexOf(expression) == _schema.TimestampIndex;

    /// <summary>A source that reads the same columns by a scan that shares the slices of this one's.</summary>
    public BaseTableSource MakeFollower()
    {
        var follower = new BaseTableSource(_context, Table, _schema, _alias) { NeedsOrder = NeedsOrder, UsesMask = UsesMask, Leader = Scan };
        for (var i = 0; i < Scope.Columns.Count; i++)
            follower.Scope.Columns[i].IsUsed = Scope.Columns[i].IsUsed;
        return follower;
    }

    public override Operator Build(List<Expression> conjuncts)
    {
        var restriction = new ScanRestrictionPlanner(Scope, _schema).Take(conjuncts);
        restriction.Visible = VisibleSymbols;
        ReadsOneSeries = _schema.SymbolIndex < 0 || restriction.Symbols is { Length: 1 };
        _masked = UsesMask ? [.. restriction.MaskBounds.Select(m => m.Condition).Distinct()] : [];
        foreach (var conjunct in conjuncts.Except(_masked))
            MarkUsed(Scope, conjunct);
        var columns = new List<int>();
        for (var i = 0; i < Scope.Columns.Count; i++)
        {
            if (!Scope.Columns[i].IsUsed && !(NeedsOrder && i == _schema.TimestampIndex))
                continue;
            Scope.Columns[i].Index = columns.Count;
            columns.Add(i);
        }

        if (NeedsOrder)
        {
            _timeIndex = _schema.TimestampIndex < 0 ? -1 : Scope.Columns[_schema.TimestampIndex].Index;
            _sequenceIndex = columns.Count;
            columns.Add(ScanOperator.SequenceColumn);
        }

        if (_masked.Length > 0)
        {
            _maskIndex = columns.Count;
            columns.Add(ScanOperator.MaskColumn);
        }

        var shape = columns.Select(c => c switch { ScanOperator.SequenceColumn => SequenceShape, ScanOperator.MaskColumn => MaskShape, _ => ShapeOf(_schema, c) }).ToArray();
        var dictionaries = columns.Select(DictionaryOf).ToArray();
        Scan = new ScanOperator(_context.Database, Table, _schema, [.. columns], shape, dictionaries, restriction)
        {
            OnlyEdges = OnlyEdges,
            Leader = Leader,
            Mask = _masked.Length == 0 ? null : new RowMask([.. restriction.MaskBounds.Select(m => m.Bound)], _schema),
            Index = restriction.IndexConditions.Count == 0 || OnlyEdges ? null : new IndexCursor([.. restriction.IndexConditions.Select(ProbeOf)]),
        };
        if (Leader is null)
            _context.Scans.Add(Scan);
        return Scan;
    }

    /// <summary>Whether the scan that <see cref="Build"/> made answers a condition in the column <see cref="Mask"/>, together with all others that it answers.</summary>
    public bool IsMasked(Expression condition) => Array.IndexOf(_masked, condition) >= 0;

    private IndexProbe ProbeOf(IndexCondition condition) => new(condition, _schema, DictionaryOf(condition.Column), _context.Database.IndexMemory);

    private CodeDictionary? DictionaryOf(int column)
    {
        if (column < 0)
            return null;
        return _schema.Columns[column].Type switch
        {
            ColumnType.Symbol => _context.Dictionaries.Symbols,
            ColumnType.String => _context.Dictionaries.Of(Table.Strings(_schema.IdOf(column))!),
            _ => null,
        };
    }

    private static ColumnShape ShapeOf(TableSchema schema, int column)
    {
        var type = schema.Columns[column].Type;
        var kind = type is ColumnType.Symbol or ColumnType.String ? VectorKind.Code : TypeNames.Kind(type);
        return new ColumnShape(type, kind, column != schema.SymbolIndex && column != schema.TimestampIndex);
    }
}
