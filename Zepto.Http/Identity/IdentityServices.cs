using Zepto.Http.Responses;

namespace Zepto.Http.Identity;

/// <summary>Everything about identities that a server has, put together. Disposed after the last request.</summary>
public sealed class IdentityServices : IDisposable
{
    // Half of the second within which a key made by another process has to work.
    private const int ReloadIntervalMs = 500;

    private const string TenantFileName = "tenants.json";

    private readonly AuditFile? _auditFile;
    private readonly Action<string> _onFault;
    private readonly Timer _timer;
    private readonly ServerClock _clock;
    private readonly IdentityOptions _options;
    private readonly Lock _reloading = new();
    private SigningKeys _fixedKeys;
    private int _isTicking;
    private string? _lastFault;

    private IdentityServices(IdentityOptions options, ServerClock clock, Action<string> onFault)
    {
        _clock = clock;
        _options = options;
        _onFault = onFault;
        IdentityVersion version = new();
        Tenants = new TenantStore(PathOf(options, TenantFileName), version);
        Keys = new KeyStore(PathOf(options, KeyStore.FileName), Tenants, version);
        SessionLimits = options.Sessions;
        Sessions = new SessionStore(Keys, version, options.Sessions);
        _fixedKeys = FixedKeysOf(options);
        if (options.KeySetUrl is { } url) KeySet = new KeySetSource(_ => Task.FromResult(url), KeySetSource.MakeClient(), reason => onFault($"cannot fetch the signing keys: {reason}"));
        if (KeySet is not null || _fixedKeys.Keys.Count > 0) Tokens = new TokenValidator(_fixedKeys, KeySet, options.TokenRules, Tenants, version);
        if (options.Oidc is { } oidc) Oidc = new OidcLogin(oidc, Tenants, version, onFault);
        if (options.AuditPath is { } path) _auditFile = OpenAudit(path, onFault);
        Audit = new AuditLog(_auditFile);
        Limits = new RateLimits(options.PerAddress, options.PerIdentity);
        Guard = new AccessGuard(new Authenticator(Keys, Sessions, Tokens, version, clock, options.IsRequired), Limits, Audit);
        _timer = new Timer(_ => Tick(), null, ReloadIntervalMs, ReloadIntervalMs);
    }

    public KeyStore Keys { get; }

    public TenantStore Tenants { get; }

    public SessionStore Sessions { get; }

    public SessionLimits SessionLimits { get; }

    /// <summary>Null when no signing keys are configured.</summary>
    public TokenValidator? Tokens { get; }

    /// <summary>Null without a JWKS URL.</summary>
    public KeySetSource? KeySet { get; }

    /// <summary>Null without logins at a provider.</summary>
    public OidcLogin? Oidc { get; }

    public AuditLog Audit { get; }

    public RateLimits Limits { get; }

    public AccessGuard Guard { get; }

    /// <summary>Reads files and starts to look for changes of them.</summary>
    /// <param name="options">What the server was told.</param>
    /// <param name="clock">The server's.</param>
    /// <param name="onFault">Told of what administrators should know.</param>
    /// <exception cref="IdentitySetupException">A file cannot be used.</exception>
    public static IdentityServices Open(IdentityOptions options, ServerClock clock, Action<string> onFault)
    {
        try
        {
            return new IdentityServices(options, clock, onFault);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new IdentitySetupException(exception.Message, isOption: false);
        }
    }

    /// <summary>Makes a key in the files of a directory, where a running server finds it.</summary>
    /// <returns>The secret; null when there are too many keys.</returns>
    /// <exception cref="IdentitySetupException">The files cannot be used.</exception>
    public static string? MakeKey(string directory, string name, Role role, IReadOnlyList<string> symbols, IReadOnlyList<string> tables, string tenantId)
    {
        try
        {
            IdentityVersion version = new();
            TenantStore tenants = new(Path.GetFullPath(Path.Combine(directory, TenantFileName)), version);
            KeyStore keys = new(Path.GetFullPath(Path.Combine(directory, KeyStore.FileName)), tenants, version);
            return keys.Create(name, role, symbols, tables, tenantId, expiresAtNs: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new IdentitySetupException(exception.Message, isOption: false);
        }
    }

    /// <summary>Looks for changes of files now, and begins to fetch the providers' signing keys.</summary>
    public void Reload()
    {
        Tick();
        ReloadSigningKeys();
        // What goes wrong with it is told like a failure of the regular fetch.
        _ = (KeySet ?? Oidc?.KeySet)?.Fetch();
    }

    /// <summary>Reads the files of signing keys again; when one cannot be used all stay as they were.</summary>
    public void ReloadSigningKeys()
    {
        lock (_reloading)
        {
            try
            {
                SigningKeys keys = FixedKeysOf(_options);
                if (keys.IsSameAs(_fixedKeys)) return;
                _fixedKeys = keys;
                Tokens?.Replace(keys);
                // They last as long as the tokens they were made from, which are not kept.
                Sessions.EndOf(TokenValidator.Source);
            }
            catch (IdentitySetupException exception)
            {
                _onFault($"the signing keys stay as they were: {exception.Message}");
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        KeySet?.Dispose();
        Oidc?.Dispose();
        Limits.Dispose();
        _auditFile?.Dispose();
    }

    private static string? PathOf(IdentityOptions options, string name) => options.Directory is null ? null : Path.GetFullPath(Path.Combine(options.Directory, name));

    private static SigningKeys FixedKeysOf(IdentityOptions options)
    {
        SigningKeys keys = SigningKeys.None;
        if (options.SecretFile is { } secret) keys = keys.With(Read("--jwt-hs256-secret-file", () => SigningKeys.FromSecretFile(secret)));
        if (options.PublicKeyFile is { } publicKey) keys = keys.With(Read("--jwt-public-key-file", () => SigningKeys.FromPublicKeyFile(publicKey)));
        return keys;
    }

    private static AuditFile OpenAudit(string path, Action<string> onFault) =>
        Read("--audit-log", () => new AuditFile(path, reason => onFault($"cannot write the audit log: {reason}")));

    private static T Read<T>(string option, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new IdentitySetupException($"{option}: {exception.Message}", isOption: true);
        }
    }

    private void Tick()
    {
        if (Interlocked.Exchange(ref _isTicking, 1) != 0) return;
        try
        {
            Tenants.ReloadIfChanged();
            Keys.ReloadIfChanged();
            Sessions.RemoveOver(_clock.UnixMs);
            _lastFault = null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            if (exception.Message != _lastFault) _onFault($"keys stay as they were: {exception.Message}");
            _lastFault = exception.Message;
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }
}
