using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>
/// Finds handlers by method and path, comparing bytes. HEAD goes where GET goes; OPTIONS and methods a path does not have are
/// answered from the table. Every route says who may use it, and the guard sees to that. Built once, then read by all threads.
/// </summary>
public sealed class Router(AccessGuard guard) : IRequestRouter
{
    // No route is longer; a longer encoded path cannot be one.
    private const int MaxEncodedPathBytes = 256;

    private sealed record Route(
        byte[] Path, bool IsPrefix, RouteAccess Access, IRequestHandler?[] Handlers, IRequestHandler NotAllowed, IRequestHandler Options);

    private readonly List<Route> _routes = [];
    private readonly IRequestHandler _notFound = new NotFoundHandler();
    private readonly IRequestHandler _serverOptions = new OptionsHandler("GET, HEAD, POST, PATCH, DELETE, OPTIONS");

    /// <summary>Adds a path with its handlers.</summary>
    /// <param name="path">Decoded path; one that ends in a slash, but for the root, stands for all paths with one more segment.</param>
    /// <param name="access">Who may use it, whatever the method.</param>
    /// <param name="get">Handler of GET and HEAD.</param>
    /// <param name="post">Handler of POST.</param>
    /// <param name="patch">Handler of PATCH.</param>
    /// <param name="delete">Handler of DELETE.</param>
    public void Add(
        string path, RouteAccess access, IRequestHandler? get = null, IRequestHandler? post = null, IRequestHandler? patch = null, IRequestHandler? delete = null)
    {
        IRequestHandler?[] handlers = new IRequestHandler?[(int)RequestMethod.Patch + 1];
        List<string> methods = [];
        AddMethod(RequestMethod.Get, "GET", get);
        AddMethod(RequestMethod.Head, "HEAD", get);
        AddMethod(RequestMethod.Post, "POST", post);
        AddMethod(RequestMethod.Patch, "PATCH", patch);
        AddMethod(RequestMethod.Delete, "DELETE", delete);
        methods.Add("OPTIONS");
        string allow = string.Join(", ", methods);
        bool isPrefix = path.Length > 1 && path.EndsWith('/');
        _routes.Add(new Route(
            System.Text.Encoding.UTF8.GetBytes(path), isPrefix, access, handlers, new MethodNotAllowedHandler(allow), new OptionsHandler(allow)));

        void AddMethod(RequestMethod method, string name, IRequestHandler? handler)
        {
            if (handler is null) return;
            handlers[(int)method] = handler;
            methods.Add(name);
        }
    }

    public IRequestHandler Find(RequestContext context)
    {
        RequestHead head = context.Head;
        if (head.IsAsterisk) return _serverOptions;
        IRequestHandler handler = Find(head.Method, context.Path, out RouteAccess access);
        return guard.Admit(context, access, handler);
    }

    /// <summary>Finds the handler of a method and a path as sent, and who may use it.</summary>
    public IRequestHandler Find(RequestMethod method, ReadOnlySpan<byte> path, out RouteAccess access)
    {
        // What does not exist is told to nobody without credentials.
        access = RouteAccess.Authenticated;
        if (path.Contains((byte)'%'))
        {
            if (path.Length > MaxEncodedPathBytes) return _notFound;
            Span<byte> decoded = stackalloc byte[MaxEncodedPathBytes];
            return PercentCoding.TryDecode(path, decoded, plusIsSpace: false, out int length)
                ? FindDecoded(method, decoded[..length], ref access)
                : _notFound;
        }
        return FindDecoded(method, path, ref access);
    }

    private IRequestHandler FindDecoded(RequestMethod method, ReadOnlySpan<byte> path, ref RouteAccess access)
    {
        foreach (Route route in _routes)
        {
            if (!IsMatch(route, path)) continue;
            access = route.Access;
            if (method == RequestMethod.Options) return route.Options;
            return route.Handlers[(int)method] ?? route.NotAllowed;
        }
        return _notFound;
    }

    private static bool IsMatch(Route route, ReadOnlySpan<byte> path)
    {
        if (!route.IsPrefix) return path.SequenceEqual(route.Path);
        return path.Length > route.Path.Length && path.StartsWith(route.Path) && !path[route.Path.Length..].Contains((byte)'/');
    }
}
