namespace Zepto.Load;

/// <summary>What to load, and how.</summary>
/// <param name="Url">Address of the server.</param>
/// <param name="Create">Whether a missing table is made.</param>
/// <param name="RowsPerStatement">Rows of one INSERT.</param>
/// <param name="Table">Table to load into.</param>
/// <param name="Files">CSV files, loaded in this order.</param>
internal sealed record LoadOptions(Uri Url, bool Create, int RowsPerStatement, string Table, string[] Files);
