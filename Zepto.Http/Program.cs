Console.WriteLine("zepto_server");
