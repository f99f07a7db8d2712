namespace Zepto.Server.Tests.Differential;

/// <summary>A piece of SQL in both dialects.</summary>
internal readonly record struct Sql(string Server, string Reference)
{
    /// <summary>Both say it alike.</summary>
    public static implicit operator Sql(string same) => new(same, same);

    /// <summary>Puts pieces into a format that both share.</summary>
    public static Sql Of(string format, params Sql[] parts) => Of(format, format, parts);

    /// <summary>Puts pieces into a format for each.</summary>
    public static Sql Of(string server, string reference, params Sql[] parts) =>
        new(string.Format(null, server, [.. parts.Select(p => p.Server)]), string.Format(null, reference, [.. parts.Select(p => p.Reference)]));

    /// <summary>Pieces with a text between them.</summary>
    public static Sql Join(string separator, IEnumerable<Sql> parts)
    {
        var all = parts.ToArray();
        return new Sql(string.Join(separator, all.Select(p => p.Server)), string.Join(separator, all.Select(p => p.Reference)));
    }
}
