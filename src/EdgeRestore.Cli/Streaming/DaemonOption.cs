using System.CommandLine;

namespace EdgeRestore.Cli.Streaming;

/// <summary>The option that names the daemon to talk to.</summary>
internal static class DaemonOption
{
    public static Option<Uri> Create() => new("--daemon")
    {
        Description = "Address of the daemon",
        HelpName = "url",
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:50051"),
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "unix")
            {
                return address;
            }

            result.AddError(
                $"--daemon is '{text}'. Allowed: an address such as http://127.0.0.1:50051, https://box:50051 or "
                + "unix:/run/edgerestore/daemon.sock.");
            return null;
        },
    };
}
