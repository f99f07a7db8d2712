using Zepto.Http.Serving;

namespace Zepto.Http.Identity;

/// <summary>Serves one request that has to wait until signing keys are fetched: then it is looked at again and handled or refused.</summary>
internal sealed class WaitingHandler(Task newKeys, IRequestHandler handler, Func<IRequestHandler> admitAgain) : IRequestHandler
{
    public bool TakesBody => handler.TakesBody;

    public async ValueTask HandleAsync(RequestContext context)
    {
        await newKeys.ConfigureAwait(false);
        await admitAgain().HandleAsync(context).ConfigureAwait(false);
    }
}
