namespace Zepto.Query.Syntax;

/// <summary>SHOW, DESCRIBE, EXISTS or KILL with a FORMAT or SETTINGS tail; without one the parser gives the bare statement.</summary>
public sealed record FormattedStatement(int Position, Statement Inner, string? Format, IReadOnlyList<Setting> Settings) : Statement(Position);
