using Zepto.Query.Binding;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Rows;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Planning;

/// <summary>
/// The rows that an UPDATE or DELETE changes: what each is found by, as the first columns of the operator, then for UPDATE its new values in the order of
/// the table's columns.
/// </summary>
/// <param name="Root">Gives the rows.</param>
/// <param name="Table">The table.</param>
/// <param name="Schema">Its columns when the plan was made.</param>
/// <param name="SymbolColumn">Column with the series' symbol; -1 for a table without symbols.</param>
/// <param name="TimeColumn">Column with the designated timestamp; -1 for a table without one.</param>
/// <param name="SequenceColumn">Column with the arrival number.</param>
/// <param name="FirstValueColumn">Column with the new value of the table's first one.</param>
internal sealed record PlannedMutation(
    Operator Root, Table Table, TableSchema Schema, int SymbolColumn, int TimeColumn, int SequenceColumn, int FirstValueColumn);

/// <summary>Plans UPDATE and DELETE: a scan restricted by WHERE as that of a SELECT is. One per statement.</summary>
internal sealed class MutationPlanner(PlanContext context)
{
    public PlannedMutation Plan(DeleteStatement statement)
    {
        var source = Resolve(statement.Table);
        return Plan(source, statement.Where, null);
    }

    public PlannedMutation Plan(UpdateStatement statement)
    {
        var source = Resolve(statement.Table);
        var columns = source.Schema.Columns;
        var values = new Expression[columns.Length];
        foreach (var assignment in statement.Assignments)
        {
            var column = source.Schema.IndexOf(assignment.Column);
            if (column < 0)
                throw new SqlException(StatementErrorKind.UnknownColumn, $"Unknown column: {assignment.Column} at position {assignment.Position}");
            if (values[column] is not null)
                throw SqlException.Parse($"column {assignment.Column} is set twice, again", assignment.Position);
            values[column] = assignment.Value;
        }

        // A row that stays what it is in a column keeps its value: the column by itself, whatever its name.
        for (var i = 0; i < values.Length; i++)
            values[i] ??= new StarColumn(0, null, columns[i].Name, source.Scope.Columns[i]);
        return Plan(source, statement.Where, values);
    }

    private BaseTableSource Resolve(NamedTable table) => (BaseTableSource)new TablePlanner(context, new QueryPlanner(context)).Resolve(table, null);

    private static PlannedMutation Plan(BaseTableSource source, Expression? condition, Expression[]? values)
    {
        var schema = source.Schema;
        source.NeedsOrder = true;
        source.UsesMask = true;
        var symbol = schema.SymbolIndex < 0 ? null : source.Scope.Columns[schema.SymbolIndex];
        if (symbol is not null)
            symbol.IsUsed = true;
        foreach (var value in values ?? [])
            TableSource.MarkUsed(source.Scope, value);
        var where = Conjunction.Split(condition);
        var binder = new ExpressionBinder(source.Scope, new SyntaxEquality(source.Scope)) { Clause = "in WHERE" };
        var root = source.Build(where);
        if (Conjunction.Bind(where, binder, source) is { } predicate)
            root = new FilterOperator(root, predicate, Conjunction.TextOf(where));
        binder.Clause = "in SET";
        var outputs = new List<BoundExpression>();
        var symbolColumn = Add(symbol is null ? null : ExpressionBinder.Reference(symbol.Index, symbol.Shape));
        var timeColumn = Add(source.TimeOrder);
        var sequenceColumn = Add(source.ArrivalOrder);
        var firstValue = outputs.Count;
        foreach (var value in values ?? [])
            outputs.Add(binder.Bind(value));
        return new PlannedMutation(new ProjectOperator(root, [.. outputs]), source.Table, schema, symbolColumn, timeColumn, sequenceColumn, firstValue);

        int Add(BoundExpression? expression)
        {
            if (expression is null)
                return -1;
            outputs.Add(expression);
            return outputs.Count - 1;
        }
    }
}
