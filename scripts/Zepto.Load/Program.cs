return Zepto.Load.LoadProgram.Run(args);
