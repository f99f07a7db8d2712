using Zepto.Login.Tests.Provider;
using Zepto.Server.Tests.Hosting;
using Zepto.Server.Tests.Identity;

namespace Zepto.Login.Tests;

/// <summary>A provider and a real server with a few trades that trusts it, for logins of browsers and for access tokens of programs.</summary>
public sealed class LoginSite : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public LoginSite()
        : this(new OpenIdProvider())
    {
    }

    internal LoginSite(OpenIdProvider provider)
    {
        Provider = provider;
        Server = StartServer(OpenIdProvider.ClientSecret);
        Server.Run(Server.AdminKey, "INSERT INTO trades (symbol, price, volume) VALUES ('AAPL', 1, 1), ('MSFT', 2, 2), ('MSFT', 3, 3)");
    }

    internal OpenIdProvider Provider { get; }

    internal SecuredServer Server { get; }

    /// <summary>Starts another server that trusts the provider and shows it a secret; as a public client without one.</summary>
    internal SecuredServer StartServer(string? secret)
    {
        string[] client = ["--oidc-client-id", OpenIdProvider.PublicClientId];
        if (secret is not null)
        {
            var path = _directory[Guid.NewGuid().ToString()];
            File.WriteAllText(path, secret + "\n");
            client = ["--oidc-client-id", OpenIdProvider.ClientId, "--oidc-client-secret-file", path];
        }

        return new SecuredServer(
        [
            "--oidc-issuer", Provider.Issuer, .. client, "--oidc-redirect-uri", OpenIdProvider.RedirectUri,
            "--jwks-url", Provider.Issuer + ".well-known/jwks", "--jwt-issuer", Provider.Issuer,
        ]);
    }

    internal Browser OpenBrowser() => new(Server.Process.Address);

    public void Dispose()
    {
        Server.Dispose();
        Provider.Dispose();
        _directory.Dispose();
    }
}
