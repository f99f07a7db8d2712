using Zepto.Query.Binding;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>One column of a select list with its stars resolved: its expression, with aliases replaced, and its name.</summary>
internal sealed record OutputItem(Expression Expression, string Name, string? Alias);

/// <summary>
/// What names in the clauses of a SELECT block mean: stars become columns, aliases become the expressions they stand for where no column has
/// that name (in ORDER BY the alias comes first), numbers in GROUP BY and ORDER BY become select items.
/// </summary>
internal sealed class SelectNames
{
    // Aliases may build on one another, but not on themselves.
    private const int DeepestAlias = 64;

    // An alias that is used twice stands for twice the work: doubling it again and again is refused.
    private const int MostNodes = 100_000;

    private const int MostColumns = 4096;

    private readonly Scope _scope;
    private readonly Dictionary<string, Expression> _aliases = new(StringComparer.Ordinal);
    private int _depth;
    private int _nodes;

    public SelectNames(SelectBlock block, Scope scope, PlanContext context)
    {
        _scope = scope;
        foreach (var item in block.Items)
        {
            // Of several equal aliases the first one counts.
            if (item.Alias is not null)
                _aliases.TryAdd(item.Alias, item.Expression);
        }

        var items = new List<OutputItem>();
        foreach (var item in block.Items)
        {
            if (item.Expression is Star star)
            {
                AddStar(items, star, block);
                continue;
            }

            var hasLiterals = false;
            var name = item.Alias ?? ExpressionText.Of(item.Expression, out hasLiterals);
            context.NamesDependOnLiterals |= hasLiterals;
            Add(items, new OutputItem(Expand(item.Expression), name, item.Alias), item.Expression.Position);
        }

        Items = items;
    }

    /// <summary>The output columns.</summary>
    public IReadOnlyList<OutputItem> Items { get; }

    /// <summary>Replaces aliases in WHERE, GROUP BY, HAVING and in other items.</summary>
    public Expression Expand(Expression expression) => SyntaxRewriter.Rewrite(expression, e =>
    {
        if (_depth > 0 && ++_nodes > MostNodes)
            throw SqlException.Parse("the aliases of this select list stand for too large an expression", expression.Position);
        return e is ColumnName { Table: null } name && _aliases.TryGetValue(name.Name, out var meant) && _scope.Find(name) is null ? ExpandAlias(name, meant) : null;
    });

    /// <summary>A GROUP BY item: a number means a select item, a name a column or else an alias.</summary>
    public Expression GroupItem(Expression item) => Ordinal(item, "GROUP BY") is >= 0 and var index ? Items[index].Expression : Expand(item);

    /// <summary>An ORDER BY item: a number or an alias means a select item (its index is given), anything else is an expression.</summary>
    public Expression OrderItem(Expression item, out int outputIndex)
    {
        outputIndex = Ordinal(item, "ORDER BY");
        if (outputIndex >= 0)
            return Items[outputIndex].Expression;
        if (item is ColumnName { Table: null } name)
        {
            for (var i = 0; i < Items.Count; i++)
            {
                if (Items[i].Alias != name.Name)
                    continue;
                outputIndex = i;
                return Items[i].Expression;
            }
        }

        // Inside an expression an alias counts before a column too.
        return SyntaxRewriter.Rewrite(item, e =>
            e is ColumnName { Table: null } inner && _aliases.TryGetValue(inner.Name, out var meant) ? ExpandAlias(inner, meant) : null);
    }

    private static void Add(List<OutputItem> items, OutputItem item, int position)
    {
        if (items.Count == MostColumns)
            throw SqlException.Parse($"a select list has at most {MostColumns} columns, more", position);
        items.Add(item);
    }

    private Expression ExpandAlias(ColumnName name, Expression meant)
    {
        if (++_depth > DeepestAlias)
            throw SqlException.Parse($"the alias {name.Name} stands for itself", name.Position);
        var expanded = Expand(meant);
        _depth--;
        return expanded;
    }

    private int Ordinal(Expression item, string clause)
    {
        if (item is not Literal { Kind: LiteralKind.Integer, Ordinal: < 0 } literal)
            return -1;
        if (literal.Integer < 1 || literal.Integer > Items.Count)
            throw SqlException.Parse($"{clause} names item {literal.Integer} of a select list of {Items.Count}", literal.Position);
        return (int)literal.Integer - 1;
    }

    private void AddStar(List<OutputItem> items, Star star, SelectBlock block)
    {
        if (block.From is null)
            throw SqlException.Parse("'*' needs a table in FROM", star.Position);
        if (star.Table is not null && !_scope.HasTable(star.Table))
            throw new SqlException(Results.StatementErrorKind.UnknownTable, $"Unknown table: {star.Table}");
        foreach (var column in _scope.Columns)
        {
            if (star.Table is null ? column.NeedsTable : column.Table != star.Table)
                continue;
            Add(items, new OutputItem(new StarColumn(star.Position, column.Table, column.Name, column), column.Name, null), star.Position);
        }
    }
}
