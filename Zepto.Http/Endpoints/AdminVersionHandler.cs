using System.Globalization;
using System.Reflection;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/version: name, version and day of the build.</summary>
public sealed class AdminVersionHandler : IRequestHandler
{
    private readonly VersionBody _body = new("ZeptoDB", Version, BuildDay());

    /// <summary>Version of this program, three numbers.</summary>
    public static string Version { get; } = typeof(AdminVersionHandler).Assembly.GetName().Version!.ToString(3);

    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) => EndpointJson.Respond(context, _body, EndpointJson.Default.VersionBody);

    // Builds are reproducible and carry no date of their own, so the day is that of the program's file.
    private static string BuildDay()
    {
        string path = Path.Combine(AppContext.BaseDirectory, Assembly.GetExecutingAssembly().GetName().Name + ".dll");
        DateTime day = File.GetLastWriteTimeUtc(File.Exists(path) ? path : Environment.ProcessPath ?? AppContext.BaseDirectory);
        return day.ToString("MMM d yyyy", CultureInfo.InvariantCulture);
    }
}
