using System.Runtime.CompilerServices;
using Zepto.Http.Hosting;

namespace Zepto.Server.Tests.Allocations;

internal static class SocketSetup
{
    // Before the first socket of the test process, as the program does it.
    [ModuleInitializer]
    internal static void Prepare() => ServerProgram.PrepareSockets(ioThreads: 0);
}
