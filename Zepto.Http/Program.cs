using Zepto.Http.Hosting;

// The one place where the server meets its database.
return ServerProgram.Run(args, DatabaseEngine.Open);
