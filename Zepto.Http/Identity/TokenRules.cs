namespace Zepto.Http.Identity;

/// <summary>What a token has to say besides being signed.</summary>
/// <param name="Issuer">Its iss; null for any.</param>
/// <param name="Audience">One of its aud; null for any.</param>
public sealed record TokenRules(string? Issuer, string? Audience);
