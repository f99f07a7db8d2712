namespace Zepto.Login.Tests.Provider;

/// <summary>What the provider knows of a user, or of a program that has an account of its own.</summary>
/// <param name="Role">Its zepto_role; null for nobody of this server.</param>
/// <param name="Symbols">Its symbol list; empty for none.</param>
/// <param name="TenantId">Its tenant; null for none.</param>
internal sealed record ProviderUser(string? Role, string[] Symbols, string? TenantId = null)
{
    public ProviderUser(string? role)
        : this(role, [])
    {
    }
}
