using System.Globalization;

namespace Zepto.Query.Syntax;

/// <summary>Windows, queries and tables.</summary>
internal sealed partial class ExpressionWriter
{
    public void Write(QueryExpression query)
    {
        for (var i = 0; i < query.With.Count; i++)
        {
            _text.Append(i == 0 ? "WITH " : ", ");
            WriteName(query.With[i].Name);
            _text.Append(" AS (");
            Write(query.With[i].Query);
            _text.Append(i == query.With.Count - 1 ? ") " : ")");
        }

        Write(query.Body);
        if (query.OrderBy.Count > 0)
        {
            _text.Append(" ORDER BY ");
            WriteOrder(query.OrderBy);
        }

        WriteClause(" LIMIT ", query.Limit);
        WriteClause(" OFFSET ", query.Offset);
    }

    private void WriteClause(string keyword, Expression? expression)
    {
        if (expression is null)
            return;
        _text.Append(keyword);
        Write(expression);
    }

    private void WriteOrder(IReadOnlyList<OrderItem> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                _text.Append(", ");
            Write(items[i].Expression);
            if (items[i].Descending)
                _text.Append(" DESC");
            if (items[i].NullsFirst is { } first)
                _text.Append(first ? " NULLS FIRST" : " NULLS LAST");
        }
    }

    private void WriteWindow(WindowSpecification window)
    {
        _text.Append('(');
        var before = _text.Length;
        if (window.PartitionBy.Count > 0)
        {
            _text.Append("PARTITION BY ");
            WriteList(window.PartitionBy);
        }

        if (window.OrderBy.Count > 0)
        {
            _text.Append(_text.Length > before ? " ORDER BY " : "ORDER BY ");
            WriteOrder(window.OrderBy);
        }

        if (window.Frame is { } frame)
        {
            if (_text.Length > before)
                _text.Append(' ');
            _text.Append(frame.Range ? "RANGE BETWEEN " : "ROWS BETWEEN ");
            WriteBound(frame.Start);
            _text.Append(" AND ");
            WriteBound(frame.End);
        }

        _text.Append(')');
    }

    private void WriteBound(FrameBound bound)
    {
        if (bound.Offset is not null)
            Write(bound.Offset, Precedence.Concat);
        _text.Append(bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => " PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => " FOLLOWING",
            _ => "UNBOUNDED FOLLOWING",
        });
    }

    private void Write(QueryBody body)
    {
        switch (body)
        {
            case NestedQuery nested:
                _text.Append('(');
                Write(nested.Query);
                _text.Append(')');
                break;
            case SetOperation operation:
                Write(operation.Left);
                _text.Append(operation.Operator switch
                {
                    SetOperator.Union => " UNION ",
                    SetOperator.UnionAll => " UNION ALL ",
                    SetOperator.Intersect => " INTERSECT ",
                    _ => " EXCEPT ",
                });
                Write(operation.Right);
                break;
            case SelectBlock block:
                WriteBlock(block);
                break;
        }
    }

    private void WriteBlock(SelectBlock block)
    {
        _text.Append(block.Distinct ? "SELECT DISTINCT " : "SELECT ");
        for (var i = 0; i < block.Items.Count; i++)
        {
            if (i > 0)
                _text.Append(", ");
            Write(block.Items[i].Expression);
            WriteAlias(block.Items[i].Alias);
        }

        if (block.From is not null)
        {
            _text.Append(" FROM ");
            Write(block.From);
        }

        if (block.Sample is { } sample)
            _text.Append(CultureInfo.InvariantCulture, $" SAMPLE {sample}");
        WriteClause(" WHERE ", block.Where);
        if (block.GroupBy.Count > 0)
        {
            _text.Append(" GROUP BY ");
            WriteList(block.GroupBy);
        }

        WriteClause(" HAVING ", block.Having);
        for (var i = 0; i < block.Windows.Count; i++)
        {
            _text.Append(i == 0 ? " WINDOW " : ", ");
            WriteName(block.Windows[i].Name);
            _text.Append(" AS ");
            WriteWindow(block.Windows[i].Specification);
        }
    }

    private void WriteAlias(string? alias)
    {
        if (alias is null)
            return;
        _text.Append(" AS ");
        WriteName(alias);
    }

    private void Write(TableExpression table)
    {
        switch (table)
        {
            case NamedTable named:
                WriteQualified(named.Database, named.Name);
                WriteAlias(named.Alias);
                break;
            case DerivedTable derived:
                _text.Append('(');
                Write(derived.Query);
                _text.Append(')');
                WriteAlias(derived.Alias);
                break;
            case Join join:
                WriteJoin(join);
                break;
        }
    }

    private void WriteJoin(Join join)
    {
        Write(join.Left);
        _text.Append(join.Kind switch
        {
            JoinKind.Inner => " INNER JOIN ",
            JoinKind.Left => " LEFT JOIN ",
            JoinKind.Right => " RIGHT JOIN ",
            JoinKind.Full => " FULL JOIN ",
            JoinKind.Cross => " CROSS JOIN ",
            JoinKind.Asof => " ASOF JOIN ",
            JoinKind.AsofLeft => " ASOF LEFT JOIN ",
            JoinKind.Aj => " AJ JOIN ",
            JoinKind.Aj0 => " AJ0 JOIN ",
            JoinKind.Window => " WINDOW JOIN ",
            JoinKind.Union => " UNION JOIN ",
            _ => " PLUS JOIN ",
        });
        if (join.Right is Join)
            _text.Append('(');
        Write(join.Right);
        if (join.Right is Join)
            _text.Append(')');
        WriteClause(" ON ", join.On);
        if (join.Using is null)
            return;
        for (var i = 0; i < join.Using.Count; i++)
        {
            _text.Append(i == 0 ? " USING (" : ", ");
            WriteName(join.Using[i]);
        }

        _text.Append(')');
    }
}
