using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Streaming;
using EdgeRestore.Client;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;

namespace EdgeRestore.Cli.Packages;

/// <summary>The verbs of <c>package</c> that change what a daemon serves.</summary>
internal static class PackageRollout
{
    private const string ExitCodes =
        "Exit codes: 0 done; 2 wrong command line; 5 the daemon refused, and says why, or does not answer.";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    public static IEnumerable<Command> Create() =>
    [
        CreatePlain(
            "list", "Lists the versions that a daemon's repository holds: which is served, on trial, loaded.", "",
            (packages, token) => packages.ListAsync(token)),
        CreateInstall(),
        CreateVersioned(
            "load",
            "Verifies, builds and probes a version beside the one that is served: its activation then takes no time.",
            (packages, name, version, token) => packages.LoadAsync(name, version, token)),
        CreateVersioned(
            "unload", "Gives the memory of a loaded version back.",
            (packages, name, version, token) => packages.UnloadAsync(name, version, token)),
        CreateActivate(),
        CreatePlain(
            "rollback", "Serves the version before, or ends a trial.", "",
            (packages, token) => packages.RollBackAsync(token)),
        CreatePlain(
            "pin", "Keeps other versions from being activated, until 'package unpin'.", "",
            (packages, token) => packages.PinAsync(true, token)),
        CreatePlain(
            "unpin", "Lets other versions be activated again.", "",
            (packages, token) => packages.PinAsync(false, token)),
        CreateVersioned(
            "remove", "Deletes a version that is neither served nor what a rollback returns to.",
            (packages, name, version, token) => packages.RemoveAsync(name, version, token)),
    ];

    private static Command CreatePlain(
        string name, string summary, string arguments,
        Func<PackageAdministration, CancellationToken, Task<RepositoryStatus>> call)
    {
        var command = new Command(name, Describe(name, summary, arguments));
        SetCall(command, (_, packages, token) => call(packages, token));
        return command;
    }

    private static Command CreateVersioned(
        string name, string summary,
        Func<PackageAdministration, string, string, CancellationToken, Task<RepositoryStatus>> call)
    {
        var (package, version) = CreateId();
        var command = new Command(name, Describe(name, summary, " night-cam 1.2.0")) { package, version };
        SetCall(command, (parsed, packages, token) =>
            call(packages, parsed.GetRequiredValue(package), parsed.GetRequiredValue(version), token));
        return command;
    }

    private static Command CreateInstall()
    {
        var source = new Argument<string>("package")
        {
            Description = "A package's folder, or a file that 'package pack' wrote, on this machine",
        };
        var command = new Command(
            "install",
            Describe(
                "install",
                "Installs a version in a daemon's repository, whole or not at all; nothing is served differently yet.",
                " night-cam-1.2.0.tar"))
        {
            source,
        };
        SetCall(command, async (parsed, packages, token) =>
        {
            var path = parsed.GetRequiredValue(source);
            if (!Directory.Exists(path))
            {
                await using var given = Open(path);
                return await packages.InstallAsync(given, token);
            }

            var packed = Path.GetTempFileName();
            try
            {
                PackageArchive.Pack(path, packed);
                await using var file = Open(packed);
                return await packages.InstallAsync(file, token);
            }
            finally
            {
                File.Delete(packed);
            }
        });
        return command;
    }

    private static Command CreateActivate()
    {
        var (package, version) = CreateId();
        var share = new Option<double>("--share")
        {
            Description = "Share of the streams that go to it first, 0 to 1; all take it when these did well",
            HelpName = "share",
            DefaultValueFactory = _ => 1,
        }.Between(0, 1);
        var wait = new Option<bool>("--wait")
        {
            Description = "Wait for the end of its trial; exit code 1 tells that it was rolled back",
        };
        const string description = """
            Serves a version: it is verified, built and probed first, then takes every stream between two frames. It is on
            trial until enough of its frames were good; if they are not, the version before takes over by itself.

            Example: ./edgerestore package activate night-cam 1.2.0 --share 0.1 --wait

            Exit codes: 0 done; 1 rolled back, with --wait; 2 wrong command line; 5 the daemon refused, and says why, or does
            not answer.
            """;
        var command = new Command("activate", description) { package, version, share, wait };
        SetCall(
            command,
            async (parsed, packages, token) =>
            {
                var status = await packages.ActivateAsync(
                    parsed.GetRequiredValue(package), parsed.GetRequiredValue(version), parsed.GetValue(share), token);
                while (parsed.GetValue(wait) && status.Trial is not null)
                {
                    await Task.Delay(PollInterval, token);
                    status = await packages.ListAsync(token);
                }

                return status;
            },
            (parsed, status) => parsed.GetValue(wait) && !status.Packages.Any(installed =>
                installed.State == PackageState.Serving && installed.Name == parsed.GetValue(package)
                && installed.Version == parsed.GetValue(version)) ? ExitCode.PartFailed : ExitCode.Done);
        return command;
    }

    private static (Argument<string> Package, Argument<string> Version) CreateId() =>
        (new Argument<string>("name") { Description = "The package's name" },
            new Argument<string>("version") { Description = "Its version" });

    private static void SetCall(
        Command command,
        Func<ParseResult, PackageAdministration, CancellationToken, Task<RepositoryStatus>> call,
        Func<ParseResult, RepositoryStatus, int>? judge = null)
    {
        var daemon = DaemonOption.Create();
        var json = ScreenOption.CreateJson();
        var identity = new IdentityOptions();
        command.Add(daemon);
        identity.AddTo(command);
        command.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            using var client = new RestoreClient(parsed.GetRequiredValue(daemon), identity.Read(parsed));
            var status = await call(parsed, client.Packages, token);
            Show(status, ScreenOption.Open(parsed, json), parsed.InvocationConfiguration.Output);
            return judge?.Invoke(parsed, status) ?? ExitCode.Done;
        });
    }

    private static void Show(RepositoryStatus status, Screen screen, TextWriter output)
    {
        if (screen.Json)
        {
            output.WriteLine(new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation("  ")).Format(status));
            return;
        }

        screen.Line($"repository  {status.Path}{(status.Pinned ? ", pinned" : "")}");
        if (status.Trial is { } trial)
        {
            screen.Line(
                $"trial       {trial.Name} {trial.Version} with {trial.Share:P0} of the streams: {trial.GoodFrames} of "
                + $"{trial.WantedGoodFrames} good frames, {trial.BadFrames} bad, {trial.MaxBadFrames} allowed");
        }

        screen.Table(
            ["package", "version", "state", "signed by", "SHA-256", "MB"],
            [.. status.Packages.Select(installed => (string[])
            [
                installed.Name,
                installed.Version,
                (installed.Fault.Length > 0 ? "unusable" : NameOf(installed.State))
                    + (installed.Previous ? ", previous" : ""),
                installed.Signer.Length > 0 ? installed.Signer : "-",
                installed.Sha256.Length > 12 ? installed.Sha256[..12] : "-",
                $"{installed.LengthBytes / 1e6:F2}",
            ])],
            textColumns: 5);
        foreach (var installed in status.Packages.Where(installed => installed.Fault.Length > 0))
        {
            screen.Line($"unusable    {installed.Name} {installed.Version}: {installed.Fault}");
        }

        foreach (var refused in status.Refused)
        {
            screen.Line(
                $"refused     {DateTimeOffset.FromUnixTimeMilliseconds(refused.AtMs):u} {refused.Name} "
                + $"{refused.Version}: "
                + refused.Reason);
        }
    }

    private static string NameOf(PackageState state) => state switch
    {
        PackageState.OnTrial => "on trial",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The package '{path}' cannot be read: {exception.Message} Give a package's folder or "
                + "file.", exception);
        }
    }

    private static string Describe(string verb, string summary, string arguments) =>
        $"{summary}\n\nExample: ./edgerestore package {verb}{arguments} --daemon http://127.0.0.1:50051\n\n{ExitCodes}";
}
