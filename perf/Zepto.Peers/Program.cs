using Zepto.Peers;

// A peer of zepto_server in the HTTP measurements. It listens on a free port of the loopback interface, says so on stdout as zepto_server
// does, and gives constant answers to GET /ping and POST / until it is ended. `load` is the client's side.
if (args is ["load", ..] && args.Length == 6)
{
    LoadClient.Run(args.AsSpan(1));
    return 0;
}

if (args is not [var kind and ("floor" or "kestrel"), .. var files] || files.Length is not (0 or 2))
{
    Console.Error.WriteLine("usage: zepto_peer floor|kestrel [PING_RESPONSE_FILE POST_RESPONSE_FILE] | zepto_peer load PORT REQUEST_FILE CONNECTIONS PIPELINED SECONDS");
    return 2;
}

var answers = files.Length == 0 ? ConstantAnswers.Default : ConstantAnswers.Read(files[0], files[1]);
if (kind == "kestrel")
    KestrelServer.Run(answers);
else
    FloorServer.Run(answers);
return 0;
