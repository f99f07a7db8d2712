using Zepto.Http.Hosting;

// The one place where the server meets its database: the function opens the engine for the options given.
return ServerProgram.Run(args, static options => throw new EngineOpenException("this build has no query engine"));
