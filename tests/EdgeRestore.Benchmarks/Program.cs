using EdgeRestore.Benchmarks;

return args is ["echo"] ? await EchoServer.RunAsync() : await BenchmarkCommand.RunAsync(args);
