using System.CommandLine;
using System.Text.Json;
using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;
using EdgeRestore.Packages;

namespace EdgeRestore.Cli.Packages;

/// <summary><c>package inspect</c> and <c>package verify</c>; its other verbs are beside it.</summary>
internal static class PackageCommand
{
    private const string InspectDescription = """
        Shows what a package says of itself: networks, routes, measured quality, origin.

        Its files are verified first, as `package verify` does.

        Example: ./edgerestore package inspect deploy/models/edgerestore-default

        Exit codes: 0 shown; 2 wrong command line; 5 missing or damaged.
        """;

    private const string VerifyDescription = """
        Checks a package: manifest, length and SHA-256 of every file, no path that leaves the folder; with --trust also that
        a trusted key signed it.

        Example: ./edgerestore package verify deploy/models/edgerestore-default
        Example: ./edgerestore package verify models/night-cam --trust /etc/edgerestore/trust

        Exit codes: 0 whole; 2 wrong command line; 5 missing, damaged or not trusted, and the message names the file.
        """;

    private const string Description = """
        Inspect, verify, sign or pack a package, the networks that restore; install or activate one in a daemon.

        Example: ./edgerestore package inspect deploy/models/edgerestore-default

        Exit codes: 0 done; 2 wrong command line; 5 cannot run; each command's help tells more.
        """;

    public static Command Create()
    {
        var command = new Command("package", Description)
        {
            CreateVerb("inspect", InspectDescription, Inspect),
            CreateVerb("verify", VerifyDescription, Verify),
            PackageSigning.CreateKeygen(),
            PackageSigning.CreateSign(),
            PackageSigning.CreatePack(),
        };
        foreach (var verb in PackageRollout.Create())
        {
            command.Add(verb);
        }

        return command;
    }

    private static Command CreateVerb(string name, string description, Action<ModelPackage, Screen> show)
    {
        var folder = new Argument<string>("folder")
        {
            Description = "The package; deploy/models/edgerestore-default when not given",
            DefaultValueFactory = _ => Installation.DefaultPackage,
        };
        var trust = new Option<string?>("--trust")
        {
            Description = "Trust store, a folder of public keys: the package must be signed with one of them",
            HelpName = "folder",
        };
        var json = ScreenOption.CreateJson();
        var command = new Command(name, description) { folder, trust, json };
        command.SetAction(parsed =>
        {
            var store = parsed.GetValue(trust) is { } directory ? TrustStore.Open(directory) : null;
            show(ModelPackage.Open(parsed.GetRequiredValue(folder), store), ScreenOption.Open(parsed, json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Verify(ModelPackage package, Screen screen)
    {
        var files = package.Manifest.Files;
        screen.Line(
            $"{package.Manifest.Name} {package.Manifest.Version} is whole: {files.Length} files, "
            + $"{files.Sum(file => file.LengthBytes)} bytes, manifest SHA-256 {package.Sha256}"
            + (package.Signer is { } signer ? $", signed by {signer}" : ""));
        screen.Document(new { package = package.Directory, package.Sha256, package.Signer, files });
    }

    private static void Inspect(ModelPackage package, Screen screen)
    {
        var manifest = package.Manifest;
        if (screen.Json)
        {
            using var document = JsonDocument.Parse(manifest.ToJson());
            screen.Document(document.RootElement);
            return;
        }

        var origin = manifest.Provenance;
        screen.Line($"{manifest.Name} {manifest.Version}   {package.Directory}");
        screen.Line($"network     {manifest.Network.Family} {manifest.Network.Preset}, {manifest.Network.Parameters} parameters");
        screen.Line(
            $"classifier  {manifest.Classifier.Network}, {manifest.Classifier.Parameters} parameters, frames under "
            + $"confidence {manifest.Classifier.Threshold:F2} pass through");
        screen.Line($"files       {manifest.Files.Length}, {manifest.Files.Sum(file => file.LengthBytes) / 1e6:F2} MB");
        screen.Line($"trained on  {origin.TrainingData} ({origin.Licence})");
        screen.Line(
            $"trained by  {origin.Command}, seed {origin.Seed}, {origin.Steps} steps, {origin.CpuHours:F1} CPU hours, "
            + "commit "
            + origin.Commit);
        if (origin.Notes.Length > 0)
        {
            screen.Line($"notes       {origin.Notes}");
        }

        screen.Line();
        screen.Table(
            ["route", "file", "precision", "parameters", "MACs/pixel", "protocol", "PSNR in", "out dB", "SSIM in", "out"],
            [.. manifest.Routes.Select(route => (string[])
            [
                route.Degradation.ToName(),
                route.File,
                route.Precision,
                $"{route.Parameters}",
                $"{route.MacsPerPixel:F0}",
                route.Quality?.Protocol ?? "unmeasured",
                $"{route.Quality?.PsnrIn:F2}",
                $"{route.Quality?.PsnrOut:F2}",
                $"{route.Quality?.SsimIn:F4}",
                $"{route.Quality?.SsimOut:F4}",
            ])],
            textColumns: 3);
    }
}
