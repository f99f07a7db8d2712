using Zepto.Storage.Schema;

namespace Zepto.Query.Results;

/// <summary>Name and type of one result column; fixed for the life of a plan, safe to share.</summary>
/// <param name="NameUtf8">The alias, or the expression's text.</param>
/// <param name="Type">Logical type; decides how <see cref="ColumnValues"/> are written out.</param>
/// <param name="Nullable">Whether the column may hold NULL.</param>
public sealed record ResultColumn(byte[] NameUtf8, ColumnType Type, bool Nullable);
