using System.Text;
using Zepto.Http.Endpoints;
using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Serving;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Endpoints;

public sealed class RouterTests
{
    private readonly Router _router = new(Guards.Open());
    private readonly IRequestHandler _get = new PingHandler();
    private readonly IRequestHandler _post = new HealthHandler();
    private readonly IRequestHandler _delete = new WhoAmIHandler();

    public RouterTests()
    {
        _router.Add("/", RouteAccess.Statement, get: _get, post: _post);
        _router.Add("/list", RouteAccess.Admin, get: _get);
        _router.Add("/list/", RouteAccess.Admin, delete: _delete);
    }

    [Theory]
    [InlineData(RequestMethod.Get, "/", nameof(PingHandler))]
    [InlineData(RequestMethod.Head, "/", nameof(PingHandler))]
    [InlineData(RequestMethod.Post, "/", nameof(HealthHandler))]
    [InlineData(RequestMethod.Put, "/", nameof(MethodNotAllowedHandler))]
    [InlineData(RequestMethod.Options, "/", nameof(OptionsHandler))]
    [InlineData(RequestMethod.Get, "/list", nameof(PingHandler))]
    [InlineData(RequestMethod.Post, "/list", nameof(MethodNotAllowedHandler))]
    [InlineData(RequestMethod.Get, "/list/", nameof(NotFoundHandler))]
    [InlineData(RequestMethod.Delete, "/list/a", nameof(WhoAmIHandler))]
    [InlineData(RequestMethod.Get, "/list/a", nameof(MethodNotAllowedHandler))]
    [InlineData(RequestMethod.Delete, "/list/a/b", nameof(NotFoundHandler))]
    [InlineData(RequestMethod.Get, "/lis%74", nameof(PingHandler))]
    [InlineData(RequestMethod.Get, "/lis%2574", nameof(NotFoundHandler))]
    [InlineData(RequestMethod.Get, "/list%", nameof(NotFoundHandler))]
    [InlineData(RequestMethod.Get, "/LIST", nameof(NotFoundHandler))]
    [InlineData(RequestMethod.Get, "//", nameof(NotFoundHandler))]
    [InlineData(RequestMethod.Get, "", nameof(NotFoundHandler))]
    [InlineData(RequestMethod.Options, "/other", nameof(NotFoundHandler))]
    public void Find_MethodAndPath_GivesTheHandler(RequestMethod method, string path, string handler) =>
        Assert.Equal(handler, _router.Find(method, Encoding.ASCII.GetBytes(path), out _).GetType().Name);

    [Theory]
    [InlineData("/", RouteAccess.Statement)]
    [InlineData("/list", RouteAccess.Admin)]
    [InlineData("/l%69st", RouteAccess.Admin)]
    [InlineData("/list/a", RouteAccess.Admin)]
    [InlineData("/list/a/b", RouteAccess.Authenticated)]
    [InlineData("/LIST", RouteAccess.Authenticated)]
    [InlineData("//", RouteAccess.Authenticated)]
    [InlineData("/list%", RouteAccess.Authenticated)]
    public void Find_Path_SaysWhoMayUseIt(string path, RouteAccess access)
    {
        _router.Find(RequestMethod.Delete, Encoding.ASCII.GetBytes(path), out RouteAccess found);
        Assert.Equal(access, found);
    }

    [Fact]
    public void Find_AllocatesNothing() => Allocations.AssertNone(() =>
    {
        _router.Find(RequestMethod.Delete, "/list/q_a1b2c3"u8, out _);
        _router.Find(RequestMethod.Get, "/l%69st"u8, out _);
        _router.Find(RequestMethod.Get, "/nothing"u8, out _);
    });
}
