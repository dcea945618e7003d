using EdgeRestore.Benchmarks;
using EdgeRestore.Benchmarks.Fairness;

return args switch
{
    ["echo"] => await EchoServer.RunAsync(),
    ["hostile", var kind, var daemon] => await BadClients.RunAsync(kind, new Uri(daemon)),
    _ => await BenchmarkCommand.RunAsync(args),
};
