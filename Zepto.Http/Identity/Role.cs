namespace Zepto.Http.Identity;

/// <summary>What an identity is for; decides its permissions.</summary>
public enum Role : byte
{
    Metrics,
    Analyst,
    Reader,
    Writer,
    Admin,
}

/// <summary>What an identity may do.</summary>
[Flags]
public enum Permissions : byte
{
    None = 0,
    Query = 1,
    Ingest = 2,
    Stats = 4,
    Metrics = 8,
    Admin = 16,
}

/// <summary>Names and permissions of roles.</summary>
public static class Roles
{
    private static readonly string[] s_names = ["metrics", "analyst", "reader", "writer", "admin"];

    /// <summary>All names, for messages.</summary>
    public static string List => "admin, writer, reader, analyst or metrics";

    public static string NameOf(Role role) => s_names[(int)role];

    /// <summary>Reads a role's exact name.</summary>
    public static bool TryParse(string? name, out Role role)
    {
        int index = Array.IndexOf(s_names, name);
        role = index < 0 ? Role.Metrics : (Role)index;
        return index >= 0;
    }

    /// <summary>The role of a name that has been checked. Throws ArgumentException for another.</summary>
    public static Role Of(string name) => TryParse(name, out Role role) ? role : throw new ArgumentException($"no role is called {name}", nameof(name));

    /// <summary>Permissions of a role. An analyst queries only with a symbol list.</summary>
    public static Permissions PermissionsOf(Role role, bool hasSymbolList) => role switch
    {
        Role.Admin => Permissions.Query | Permissions.Ingest | Permissions.Stats | Permissions.Metrics | Permissions.Admin,
        Role.Writer => Permissions.Query | Permissions.Ingest | Permissions.Stats | Permissions.Metrics,
        Role.Reader => Permissions.Query,
        Role.Analyst => hasSymbolList ? Permissions.Query : Permissions.None,
        Role.Metrics => Permissions.Stats | Permissions.Metrics,
        _ => Permissions.None,
    };
}
