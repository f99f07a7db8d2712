using Zepto.Http.Identity;
using Zepto.Http.Responses;

namespace Zepto.Http.Tests.Fakes;

/// <summary>A guard that lets everybody in, as a server without authentication has it.</summary>
internal static class Guards
{
    public static AccessGuard Open()
    {
        IdentityVersion version = new();
        KeyStore keys = new(null, new TenantStore(null, version), version);
        Authenticator authenticator = new(keys, new SessionStore(keys, version, SessionLimits.Default), null, version, new ServerClock(), isRequired: false);
        return new AccessGuard(authenticator, new RateLimits(null, null), new AuditLog());
    }
}
