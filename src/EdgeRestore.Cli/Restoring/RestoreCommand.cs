using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Codecs;

namespace EdgeRestore.Cli.Restoring;

/// <summary><c>restore</c>: files and folders, in this process, no daemon needed.</summary>
internal static class RestoreCommand
{
    private const string Description = """
        Restores image files, or all images in folders and below them, without a daemon.

        Results keep their names below --out: photos/june/1.jpg of the folder photos becomes OUT/june/1.jpg. JPEG, PNG
        and WebP stay what they are; TIFF becomes PNG (1.tif.png). A file that cannot be read is told and the others go
        on. A run that was interrupted goes on where it stopped: what is done is skipped, unless its input is newer.

        Example: ./edgerestore restore photos --out restored --compare

        Exit codes: 0 all restored; 1 some files failed; 2 wrong command line; 5 cannot run (package, disk, input missing).
        """;

    public static Command Create()
    {
        var inputs = new Argument<string[]>("files-or-folders")
        {
            Description = "What to restore: " + string.Join(' ', ImageCodec.Extensions),
            Arity = ArgumentArity.OneOrMore,
        };
        var folder = new Option<string>("--out")
        {
            Description = "Where the results go; created when missing",
            HelpName = "folder",
            Required = true,
        };
        var route = RestorerOption.CreateRoute();
        var strength = RestorerOption.CreateStrength();
        var compare = new Option<bool>("--compare")
        {
            Description = "Also write NAME.compare.png: before and after, side by side",
        };
        var overwrite = new Option<bool>("--overwrite")
        {
            Description = "Restore again what is done, for instance with other settings",
        };
        var json = ScreenOption.CreateJson();
        var restorer = new RestorerOption();
        var command = new Command("restore", Description) { inputs, folder, route, strength, compare, overwrite, json };
        restorer.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var output = OutputFolder.Open(parsed.GetRequiredValue(folder));
            var images = InputImages.Find(parsed.GetRequiredValue(inputs), excluded: output.Path);
            using var loaded = restorer.Load(parsed, screen);
            RestorerOption.RequireRoute(loaded, parsed.GetValue(route));
            var settings = new RestoreSettings
            {
                Package = $"{loaded.Package.Manifest.Name} {loaded.Package.Manifest.Version} {loaded.Package.Sha256[..16]}",
                Route = parsed.GetValue(route),
                Strength = parsed.GetValue(strength),
            };
            var run = new RestoreRun(loaded, output, settings, parsed.GetValue(compare), parsed.GetValue(overwrite));
            var results = await screen.ProgressAsync(
                "Restoring", images.Count, steps => run.RestoreAsync(images, steps, token));
            return Report(results, output, screen);
        });
        return command;
    }

    private static int Report(IReadOnlyList<RestoredImage> results, OutputFolder output, Screen screen)
    {
        var counts = results.ToLookup(result => result.Outcome);
        foreach (var failed in counts[RestoreOutcome.Failed])
        {
            screen.Remark($"{failed.Name}: {failed.Error}");
        }

        screen.Table(
            ["file", "result", "route", "confidence", "size", "ms"],
            [.. results.Where(result => result.Outcome == RestoreOutcome.Restored).Select(result => (string[])
            [
                result.Name,
                result.Bypassed ? "passed through" : "restored",
                result.Route ?? "",
                $"{result.Confidence:F2}",
                $"{result.Width}x{result.Height}",
                $"{result.Milliseconds:F0}",
            ])],
            textColumns: 3);
        screen.Line(
            $"{counts[RestoreOutcome.Restored].Count()} restored, {counts[RestoreOutcome.Skipped].Count()} skipped (done "
            + $"before), {counts[RestoreOutcome.Failed].Count()} failed. Results are in {output.Path}");
        screen.Document(new { output = output.Path, images = results });
        return counts[RestoreOutcome.Failed].Any() ? ExitCode.PartFailed : ExitCode.Done;
    }
}
