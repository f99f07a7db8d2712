using System.Collections.Immutable;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Zepto.Login.Tests.Provider;

/// <summary>
/// The part of the provider that is an application's: its own sign-in by name alone, and which claims users get. OpenIddict has checked a request
/// before it comes here and makes codes and tokens of what is signed in.
/// </summary>
internal static class ProviderEndpoints
{
    public const string SignInPath = "/sign-in";

    public const string AuthorizePath = "/authorize";

    public const string TokenPath = "/token";

    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void Map(WebApplication application, OpenIdProvider provider)
    {
        application.MapGet(SignInPath, (RequestDelegate)(context => context.Response.WriteAsync("Who are you?")));
        application.MapPost(SignInPath, (RequestDelegate)SignInAsync);
        application.MapGet(AuthorizePath, (RequestDelegate)(context => AuthorizeAsync(context, provider)));
        application.MapPost(TokenPath, (RequestDelegate)(context => GrantAsync(context, provider)));
    }

    private static async Task SignInAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, form["name"].ToString())], CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
        context.Response.Redirect(context.Request.Query[CookieAuthenticationDefaults.ReturnUrlParameter].ToString());
    }

    private static async Task AuthorizeAsync(HttpContext context, OpenIdProvider provider)
    {
        var signedIn = await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        if (signedIn.Principal?.Identity?.Name is not { } name)
            await context.ChallengeAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        else if (provider.Users.TryGetValue(name, out var user))
            await context.SignInAsync(Scheme, PrincipalOf(name, user, context.GetOpenIddictServerRequest()!.GetScopes(), []));
        else
            await context.ForbidAsync(Scheme);
    }

    private static async Task GrantAsync(HttpContext context, OpenIdProvider provider)
    {
        var request = context.GetOpenIddictServerRequest()!;
        var granted = request.IsClientCredentialsGrantType() ? null : (await context.AuthenticateAsync(Scheme)).Principal;
        var name = granted?.GetClaim(Claims.Subject) ?? request.ClientId!;
        // The claims are those of now: a refresh gives what has changed since.
        if (provider.Users.TryGetValue(name, out var user))
            await context.SignInAsync(Scheme, PrincipalOf(name, user, granted?.GetScopes() ?? [], [request.ClientId == OpenIdProvider.FeedId ? "zepto" : "another service"]));
        else
            await context.ForbidAsync(Scheme);
    }

    private static ClaimsPrincipal PrincipalOf(string name, ProviderUser user, ImmutableArray<string> scopes, string[] resources)
    {
        var identity = new ClaimsIdentity(Scheme);
        identity.SetClaim(Claims.Subject, name).SetClaim("zepto_role", user.Role).SetClaim("tenant_id", user.TenantId).SetClaims("symbols", [.. user.Symbols]);
        identity.SetScopes(scopes).SetResources(resources).SetDestinations(_ => [Destinations.AccessToken, Destinations.IdentityToken]);
        return new ClaimsPrincipal(identity);
    }
}
