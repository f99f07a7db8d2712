using System.Net;

namespace Zepto.Peers;

/// <summary>Kestrel with minimal API endpoints: what a .NET developer would write in a few lines.</summary>
internal static class KestrelServer
{
    /// <summary>Serves until the process ends.</summary>
    public static void Run(ConstantAnswers answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var ping = ConstantAnswers.BodyOf(answers.Ping);
        var post = ConstantAnswers.BodyOf(answers.Post);
        app.MapGet("/ping", () => Results.Bytes(ping, "text/plain; charset=utf-8"));
        app.MapPost("/", async (HttpRequest request) =>
        {
            // A server of statements has to read the statement.
            using var reader = new StreamReader(request.Body);
            await reader.ReadToEndAsync();
            return Results.Bytes(post, "application/json");
        });
        app.Start();
        Console.WriteLine($"listening on {app.Urls.First()}");
        app.WaitForShutdown();
    }
}
