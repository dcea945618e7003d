using System.CommandLine;
using EdgeRestore.Client;

namespace EdgeRestore.Cli.Streaming;

/// <summary>The options by which a daemon is told who comes.</summary>
internal sealed class IdentityOptions
{
    private readonly Option<string?> _token = Create("--token-file", "File with the bearer token to send");

    private readonly Option<string?> _authorities = Create(
        "--ca", "Authorities of the daemon's certificate, PEM; those of this machine when not given");

    private readonly Option<string?> _certificate = Create("--cert", "Client certificate, PEM");

    private readonly Option<string?> _key = Create("--key", "Its private key, PEM; in --cert's file when not given");

    public void AddTo(Command command)
    {
        foreach (var option in (IReadOnlyList<Option>)[_token, _authorities, _certificate, _key])
        {
            command.Add(option);
        }
    }

    public RestoreClientOptions Read(ParseResult parsed) => new()
    {
        TokenFile = parsed.GetValue(_token),
        AuthoritiesFile = parsed.GetValue(_authorities),
        CertificateFile = parsed.GetValue(_certificate),
        KeyFile = parsed.GetValue(_key),
    };

    private static Option<string?> Create(string name, string description) =>
        new(name) { Description = description, HelpName = "file" };
}
