namespace Zepto.Http.Identity;

/// <summary>How browsers log in at an OpenID provider.</summary>
/// <param name="Issuer">The provider; its configuration is found below it.</param>
/// <param name="ClientId">What it calls this server.</param>
/// <param name="ClientSecret">What proves that it is this server; null for a public client, which has PKCE alone.</param>
/// <param name="RedirectUri">This server's /auth/callback as browsers reach it and as the provider knows it.</param>
public sealed record OidcOptions(string Issuer, string ClientId, string? ClientSecret, string RedirectUri);
