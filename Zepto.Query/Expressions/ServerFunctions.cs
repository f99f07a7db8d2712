using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>What ClickHouse clients ask on connecting; the answers follow the server version they can work with.</summary>
internal static class ServerFunctions
{
    public static void Register(Dictionary<string, FunctionFactory> functions)
    {
        Text(functions, "version", "24.8.1.1"u8.ToArray());
        Text(functions, "timezone", "UTC"u8.ToArray());
        Text(functions, "serverTimezone", "UTC"u8.ToArray());
        Text(functions, "displayName", "ZeptoDB"u8.ToArray());
        Text(functions, "currentDatabase", "default"u8.ToArray());
        Text(functions, "database", "default"u8.ToArray());
        Text(functions, "currentUser", "default"u8.ToArray());
        Text(functions, "hostName", "localhost"u8.ToArray());
        functions["revision"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 0, 0, position);
            return new FixedInteger(54_467, ColumnType.Int64);
        };
    }

    private static void Text(Dictionary<string, FunctionFactory> functions, string function, byte[] value) =>
        functions[function] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 0, 0, position);
            return new FixedText(value);
        };
}
