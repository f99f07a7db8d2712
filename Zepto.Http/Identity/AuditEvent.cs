namespace Zepto.Http.Identity;

/// <summary>One line of the audit.</summary>
/// <param name="Ts">Nanoseconds since the Unix epoch.</param>
/// <param name="Subject">Who; empty for somebody without valid credentials.</param>
/// <param name="Role">Role; empty likewise.</param>
/// <param name="Action">What: query, request, login, certificate, or how it was refused: unauthorized, forbidden, rate_limited, over_quota.</param>
/// <param name="Detail">The statement, method and path, or the certificate's subject; secrets are masked.</param>
/// <param name="From">The client's address.</param>
public sealed record AuditEvent(long Ts, string Subject, string Role, string Action, string Detail, string From);
