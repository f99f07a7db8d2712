using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Crashes;

/// <summary>Statements to a server that may be killed meanwhile.</summary>
internal static class CrashClient
{
    /// <summary>The answer to a statement that the server can only do or not live to do; null when no whole answer came.</summary>
    public static QueryResult? TryQuery(ServerClient client, string sql)
    {
        QueryResult result;
        try
        {
            result = client.Query(sql);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return null;
        }

        Assert.True(result is { Status: 200, Error: null }, $"{sql[..Math.Min(sql.Length, 200)]}\n-> {result.Status}: {result.Error}");
        return result;
    }
}
