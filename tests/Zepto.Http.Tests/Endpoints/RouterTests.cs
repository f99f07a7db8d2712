using System.Text;
using Zepto.Http.Endpoints;
using Zepto.Http.Protocol;
using Zepto.Http.Serving;

namespace Zepto.Http.Tests.Endpoints;

public sealed class RouterTests
{
    private readonly Router _router = new();
    private readonly IRequestHandler _get = new PingHandler();
    private readonly IRequestHandler _post = new HealthHandler();
    private readonly IRequestHandler _delete = new WhoAmIHandler();

    public RouterTests()
    {
        _router.Add("/", get: _get, post: _post);
        _router.Add("/list", get: _get);
        _router.Add("/list/", delete: _delete);
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
        Assert.Equal(handler, _router.Find(method, Encoding.ASCII.GetBytes(path)).GetType().Name);

    [Fact]
    public void Find_AllocatesNothing() => Allocations.AssertNone(() =>
    {
        _router.Find(RequestMethod.Delete, "/list/q_a1b2c3"u8);
        _router.Find(RequestMethod.Get, "/l%69st"u8);
        _router.Find(RequestMethod.Get, "/nothing"u8);
    });
}
