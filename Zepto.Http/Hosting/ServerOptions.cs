using Zepto.Storage;

namespace Zepto.Http.Hosting;

/// <summary>Shape of the log on stderr.</summary>
public enum LogFormat
{
    Text,
    Json,
}

/// <summary>Least important event that is logged.</summary>
public enum LogLevel
{
    Debug,
    Info,
    Warning,
    Error,
}

/// <summary>What carries bytes between the sockets and the server.</summary>
public enum TransportKind
{
    /// <summary>Event loops of our own; Sockets where there is no epoll.</summary>
    Epoll,

    /// <summary>The runtime's sockets.</summary>
    Sockets,
}

/// <summary>
/// All options with their defaults and descriptions: the command line, the environment variables, the keys of the configuration file and the help
/// text are made from this record. An option <c>--data-dir</c> is read from <c>ZEPTO_DATA_DIR</c> when the command line does not have it, and from the
/// file's <c>data-dir</c> when neither does.
/// </summary>
public sealed record ServerOptions
{
    [Option("--port", "TCP port; 0 takes any free one", Min = 0, Max = 65535)]
    public int Port { get; init; } = 8123;

    [Option("--https-port", "TCP port for TLS, which leaves --port without it; 0 takes any free one", Min = 0, Max = 65535)]
    public int? HttpsPort { get; init; }

    [Option("--tls-cert", "PEM file with the server's certificate and those that lead to its root; turns TLS and --auth on")]
    public string TlsCert { get; init; } = "";

    [Option("--tls-key", "PEM file with the certificate's private key")]
    public string TlsKey { get; init; } = "";

    [Option("--tls-ca", "PEM file with the roots of client certificates, which every client needs then")]
    public string TlsCa { get; init; } = "";

    [Option("--bind", "Address to listen on; one that is not loopback needs --auth, TLS or --allow-insecure")]
    public string Bind { get; init; } = "127.0.0.1";

    [Option("--allow-insecure", "Listen beyond loopback although nobody is asked for credentials")]
    public bool AllowInsecure { get; init; }

    [Option("--data-dir", "Directory of the database; locked against a second server")]
    public string DataDir { get; init; } = "./zepto-data";

    [Option("--in-memory", "Keep everything in memory, nothing on disk")]
    public bool InMemory { get; init; }

    [Option("--durability", "What an answered statement survives: sync, a loss of power; async, the end of the process, and of power after 100 ms; off, neither")]
    public Durability Durability { get; init; } = Durability.Async;

    [Option("--checkpoint-interval-ms", "Longest time between checkpoints while statements come in", Min = 1)]
    public int CheckpointIntervalMs { get; init; } = 60_000;

    [Option("--recover", "Open a data directory with a damaged log read-only, with the statements before the damage")]
    public bool Recover { get; init; }

    [Option("--demo", "Fill the tables trades and quotes with a deterministic sample and print a few requests to try")]
    public bool Demo { get; init; }

    [Option("--auth", "Ask for credentials on all paths that are not public; on with TLS unless switched off", Negation = "--no-auth")]
    public bool? Auth { get; init; }

    [Option("--metrics-auth", "Ask for the metrics permission on /metrics too")]
    public bool MetricsAuth { get; init; }

    [Option("--gen-key", "Make an API key in the data directory, print it and exit; needs --role", IsOnceOnly = true)]
    public bool GenKey { get; init; }

    [Option("--role", "Role of the key that --gen-key makes: admin, writer, reader, analyst or metrics", IsOnceOnly = true)]
    public string Role { get; init; } = "";

    [Option("--name", "Label of the key that --gen-key makes", IsOnceOnly = true)]
    public string Name { get; init; } = "";

    [Option("--symbols", "Symbols that the key of --gen-key is limited to, separated by commas", IsOnceOnly = true)]
    public string Symbols { get; init; } = "";

    [Option("--tables", "Tables that the key of --gen-key is limited to, separated by commas", IsOnceOnly = true)]
    public string Tables { get; init; } = "";

    [Option("--tenant", "Tenant that the key of --gen-key is bound to", IsOnceOnly = true)]
    public string Tenant { get; init; } = "";

    [Option("--audit-log", "File that gets a JSON line for each authenticated or refused request")]
    public string AuditLog { get; init; } = "";

    [Option("--rate-limit", "Requests a minute of one identity, RPM or RPM:BURST")]
    public string RateLimit { get; init; } = "";

    [Option("--rate-limit-ip", "Requests a minute from one address, RPM or RPM:BURST")]
    public string RateLimitIp { get; init; } = "";

    [Option("--jwt-hs256-secret-file", "File with the secret of tokens signed by HS256, at least 32 bytes")]
    public string JwtHs256SecretFile { get; init; } = "";

    [Option("--jwt-public-key-file", "PEM file with the RSA (RS256) or P-256 (ES256) key of signed tokens")]
    public string JwtPublicKeyFile { get; init; } = "";

    [Option("--jwks-url", "Where the identity provider publishes its signing keys; https, or http on this machine")]
    public string JwksUrl { get; init; } = "";

    [Option("--jwt-issuer", "The iss that tokens must have")]
    public string JwtIssuer { get; init; } = "";

    [Option("--jwt-audience", "The aud that tokens must have")]
    public string JwtAudience { get; init; } = "";

    [Option("--oidc-issuer", "OpenID provider where browsers log in; needs --oidc-client-id and --oidc-redirect-uri")]
    public string OidcIssuer { get; init; } = "";

    [Option("--oidc-client-id", "What the provider calls this server")]
    public string OidcClientId { get; init; } = "";

    [Option("--oidc-client-secret-file", "File with the secret that the provider gave to this server")]
    public string OidcClientSecretFile { get; init; } = "";

    [Option("--oidc-redirect-uri", "This server's /auth/callback as browsers reach it")]
    public string OidcRedirectUri { get; init; } = "";

    [Option("--query-timeout-ms", "Longest time a statement may run", Min = 1)]
    public long QueryTimeoutMs { get; init; } = 30_000;

    [Option("--max-query-memory-mb", "Memory one statement may use; 0 means a quarter of the machine's", Min = 0, Max = 1 << 30)]
    public long MaxQueryMemoryMb { get; init; }

    [Option("--max-result-rows", "Rows one statement may return; 0 means no limit", Min = 0)]
    public long MaxResultRows { get; init; }

    [Option("--max-concurrent-queries", "Statements that run at once; 0 means twice the number of cores", Min = 0, Max = 100_000)]
    public int MaxConcurrentQueries { get; init; }

    [Option("--max-body-mb", "Largest request body", Min = 1, Max = 1024)]
    public int MaxBodyMb { get; init; } = 64;

    [Option("--max-header-kb", "Largest header section of a request; the target may take half of it", Min = 1, Max = 1024)]
    public int MaxHeaderKb { get; init; } = 32;

    [Option("--max-connections", "Connections open at once", Min = 1, Max = 1_000_000)]
    public int MaxConnections { get; init; } = 10_000;

    [Option("--header-timeout-ms", "Longest time for a header section to arrive", Min = 1)]
    public long HeaderTimeoutMs { get; init; } = 10_000;

    [Option("--body-timeout-ms", "Longest pause while a body arrives or an answer is taken", Min = 1)]
    public long BodyTimeoutMs { get; init; } = 30_000;

    [Option("--idle-timeout-ms", "Longest wait for the next request on an open connection", Min = 1)]
    public long IdleTimeoutMs { get; init; } = 75_000;

    [Option("--drain-timeout-ms", "Longest time to finish running requests on shutdown", Min = 0)]
    public long DrainTimeoutMs { get; init; } = 5_000;

    [Option("--io-threads", "Threads that serve connections; 0 means one per core", Min = 0, Max = 1024)]
    public int IoThreads { get; init; }

    [Option("--transport", "How sockets are served: epoll (Linux) or sockets, the runtime's")]
    public TransportKind Transport { get; init; } = TransportKind.Epoll;

    [Option("--query-threads", "Threads that run long statements; 0 means one per core", Min = 0, Max = 1024)]
    public int QueryThreads { get; init; }

    [Option("--pin", "Pin query threads to cores", Negation = "--no-pin")]
    public bool Pin { get; init; } = true;

    [Option("--numa", "Take memory for rows from the memory node of the pinned writer thread", Negation = "--no-numa")]
    public bool Numa { get; init; } = true;

    [Option("--log-format", "Shape of the log on stderr: text or json")]
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    [Option("--log-level", "Least important event to log: debug, info, warning or error")]
    public LogLevel LogLevel { get; init; } = LogLevel.Info;

    /// <summary>Whether some port speaks TLS.</summary>
    public bool HasTls => TlsCert.Length > 0 && TlsKey.Length > 0;

    /// <summary>Whether credentials are asked for: what was said, else whether there is TLS.</summary>
    public bool IsAuthRequired => Auth ?? HasTls;
}

/// <summary>Makes a property of <see cref="ServerOptions"/> an option.</summary>
/// <param name="name">Name with its two dashes.</param>
/// <param name="description">One line for the help text.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string name, string description) : Attribute
{
    public string Name => name;

    public string Description => description;

    /// <summary>Smallest value of a number.</summary>
    public long Min { get; init; } = long.MinValue;

    /// <summary>Largest value of a number.</summary>
    public long Max { get; init; } = long.MaxValue;

    /// <summary>A second name that switches a flag off.</summary>
    public string? Negation { get; init; }

    /// <summary>Belongs to something done once, like making a key, so a configuration file does not have it.</summary>
    public bool IsOnceOnly { get; init; }
}
