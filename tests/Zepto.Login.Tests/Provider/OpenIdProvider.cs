using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Zepto.Login.Tests.Provider;

/// <summary>
/// An OpenID provider in this process on a free port: OpenIddict with its stores in memory, registered clients, and users that a test makes. What it
/// checks (redirect addresses, client secrets, PKCE, codes) and how it signs is OpenIddict's own.
/// </summary>
internal sealed class OpenIdProvider : IDisposable
{
    /// <summary>The client that is the server under test.</summary>
    public const string ClientId = "zepto-web";

    public const string ClientSecret = "100% secret: + of zepto-web";

    public const string RedirectUri = "http://localhost/auth/callback";

    /// <summary>The same as a client without a secret.</summary>
    public const string PublicClientId = "zepto-public";

    /// <summary>Another application at the same provider, with the same secret and address.</summary>
    public const string OtherClientId = "other-web";

    /// <summary>A program that gets access tokens for the server under test.</summary>
    public const string FeedId = "feed";

    /// <summary>A program that gets access tokens for another service.</summary>
    public const string OtherFeedId = "other-feed";

    private readonly bool _isFrugal;
    private readonly WebApplication _application;
    private readonly byte[] _encryptionKey = RandomNumberGenerator.GetBytes(32);
    private volatile SigningCredentials _signing = RsaCredentials();

    /// <param name="isFrugal">
    /// Whether it has no more than it must: no refresh tokens, no scope but openid, and client secrets in the Authorization field only.
    /// </param>
    public OpenIdProvider(bool isFrugal = false)
    {
        _isFrugal = isFrugal;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        AddServices(builder.Services);
        _application = builder.Build();
        _application.Use((context, next) =>
        {
            if (!IsDown)
                return next(context);
            context.Abort();
            return Task.CompletedTask;
        });
        _application.UseAuthentication();
        ProviderEndpoints.Map(_application, this);
        _application.StartAsync().GetAwaiter().GetResult();
        RegisterClients().GetAwaiter().GetResult();
    }

    /// <summary>The provider's name, as it gives it itself: with a slash at the end.</summary>
    public string Issuer => _application.Urls.Single() + "/";

    /// <summary>Users and programs by name.</summary>
    public ConcurrentDictionary<string, ProviderUser> Users { get; } = new();

    /// <summary>Whether connections end without an answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whom identity tokens are for instead of the client that asks; null for that client.</summary>
    public string? Audience { get; set; }

    /// <summary>The clock of codes and tokens.</summary>
    public ShiftedTime Time { get; } = new();

    /// <summary>Replaces the signing key by one of another kind and key id; the key set has the new one only.</summary>
    public void RotateKey()
    {
        _signing = _signing.Algorithm == SecurityAlgorithms.RsaSha256 ? EcdsaCredentials() : RsaCredentials();
        _application.Services.GetRequiredService<IOptionsMonitorCache<OpenIddictServerOptions>>().Clear();
    }

    public void Dispose()
    {
        _application.StopAsync().GetAwaiter().GetResult();
        _application.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void AddServices(IServiceCollection services)
    {
        var database = Guid.NewGuid().ToString();
        services.AddDbContext<DbContext>(options => options.UseInMemoryDatabase(database).UseOpenIddict());
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options => options.LoginPath = ProviderEndpoints.SignInPath);
        services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>().DisableBulkOperations())
            .AddServer(server =>
            {
                server.SetAuthorizationEndpointUris(ProviderEndpoints.AuthorizePath).SetTokenEndpointUris(ProviderEndpoints.TokenPath);
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowClientCredentialsFlow();
                if (_isFrugal)
                    server.Configure(options => options.ClientAuthenticationMethods.Remove(ClientAuthenticationMethods.ClientSecretPost));
                else
                    server.AllowRefreshTokenFlow().RegisterScopes(Scopes.Profile, Scopes.Email);
                server.AddEncryptionKey(new SymmetricSecurityKey(_encryptionKey)).DisableAccessTokenEncryption();
                server.Configure(options =>
                {
                    options.SigningCredentials.Add(_signing);
                    options.TimeProvider = Time;
                });
                server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableTokenEndpointPassthrough().DisableTransportSecurityRequirement();
                server.AddEventHandler<OpenIddictServerEvents.ProcessSignInContext>(handler => handler
                    .UseInlineHandler(context =>
                    {
                        if (Audience is { } audience)
                            context.IdentityTokenPrincipal?.SetAudiences(audience);
                        return default;
                    })
                    .SetOrder(OpenIddictServerHandlers.PrepareIdentityTokenPrincipal.Descriptor.Order + 1));
            });
    }

    private async Task RegisterClients()
    {
        await using var scope = _application.Services.CreateAsyncScope();
        var clients = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        string[] web =
        [
            Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.RefreshToken,
            Permissions.ResponseTypes.Code, Permissions.Scopes.Profile, Permissions.Scopes.Email,
        ];
        string[] feed = [Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials];
        await Register(ClientId, RedirectUri, web);
        await Register(PublicClientId, RedirectUri, web);
        await Register(OtherClientId, RedirectUri, web);
        await Register(FeedId, null, feed);
        await Register(OtherFeedId, null, feed);

        async Task Register(string id, string? redirectUri, string[] permissions)
        {
            var isPublic = id == PublicClientId;
            var client = new OpenIddictApplicationDescriptor
            {
                ClientId = id, ClientSecret = isPublic ? null : ClientSecret, ClientType = isPublic ? ClientTypes.Public : ClientTypes.Confidential,
            };
            client.Permissions.UnionWith(permissions);
            if (redirectUri is not null)
                client.RedirectUris.Add(new Uri(redirectUri));
            await clients.CreateAsync(client);
        }
    }

    private static SigningCredentials RsaCredentials() =>
        new(new RsaSecurityKey(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString() }, SecurityAlgorithms.RsaSha256);

    private static SigningCredentials EcdsaCredentials() =>
        new(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = Guid.NewGuid().ToString() }, SecurityAlgorithms.EcdsaSha256);
}
