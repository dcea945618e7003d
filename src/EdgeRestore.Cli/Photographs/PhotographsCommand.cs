using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Photographs;

/// <summary><c>photographs fetch</c>, <c>prepare</c> and <c>list</c>.</summary>
internal static class PhotographsCommand
{
    private const string FetchDescription = """
        Takes the listed photographs out of Debian packages and prepares them: scaled down until their own compression no
        longer shows. They go to .edgerestore/photographs, which git ignores. What is there is not fetched again.

        held-out is 24 photographs (205 MB of packages) for evaluation and demo; train is 270 (729 MB).

        Example: ./edgerestore photographs fetch held-out

        Exit codes: 0 all there; 2 wrong command line; 5 a package cannot be had; 130 interrupted, go on by running again.
        """;

    private const string PrepareDescription = """
        Prepares a folder of your own photographs, and all below it, in the same way and into the same place: train or
        held-out. Files that are no photographs, and those with a side below 192 pixels once prepared, are named and left
        out.

        Example: ./edgerestore photographs prepare ~/Pictures --set train

        Exit codes: 0 at least one is ready; 1 none of the files is a photograph; 2 wrong command line; 5 cannot run.
        """;

    private const string ListDescription = """
        Lists the photographs that the project knows, of both sets when none is named, with their licence and whether they
        are prepared, and those of your own that are.

        Example: ./edgerestore photographs list
                 ./edgerestore photographs list held-out --json

        Exit codes: 0 listed; 2 wrong command line.
        """;

    private static PhotographLibrary Library => new(Installation.Photographs);

    private const string Description = """
        Fetch, prepare or list the photographs for training and evaluation.

        Example: ./edgerestore photographs list

        Exit codes: 0 done; 2 wrong command line; 5 cannot run; each command's help tells more.
        """;

    public static Command Create() => new("photographs", Description)
    {
        CreateFetch(),
        CreatePrepare(),
        CreateList(),
    };

    /// <summary>Fetches what is missing of a set, with progress.</summary>
    public static async Task<PhotographLibrary> FetchAsync(PhotographSet set, Screen screen, CancellationToken token)
    {
        var library = Library;
        var missing = library.Missing(set).Count;
        if (missing > 0)
        {
            await screen.ProgressAsync($"Photographs ({set.ToFolderName()})", missing, async steps =>
            {
                var ready = PhotographCatalog.All.Count(photograph => photograph.Set == set) - missing;
                var progress = new ImmediateProgress<PhotographProgress>(now =>
                {
                    if (now.Done > ready)
                    {
                        ready = now.Done;
                        steps.Advance(now.Activity);
                    }
                    else
                    {
                        steps.Now(now.Activity);
                    }
                });
                await library.FetchAsync(set, progress, token);
                return 0;
            });
        }

        return library;
    }

    private static Command CreateFetch()
    {
        var set = CreateSet("set");
        var json = ScreenOption.CreateJson();
        var command = new Command("fetch", FetchDescription) { set, json };
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var chosen = ParseSet(parsed.GetRequiredValue(set));
            var library = await FetchAsync(chosen, screen, token);
            ShowReady(library, chosen, screen);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreatePrepare()
    {
        var folder = new Argument<string>("folder") { Description = "Your photographs" };
        var set = new Option<string>("--set")
        {
            Description = "What they are for",
            DefaultValueFactory = _ => PhotographSet.Train.ToFolderName(),
        }.OneOf(PhotographSet.Train.ToFolderName(), PhotographSet.HeldOut.ToFolderName());
        var json = ScreenOption.CreateJson();
        var command = new Command("prepare", PrepareDescription) { folder, set, json };
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var chosen = ParseSet(parsed.GetRequiredValue(set));
            var progress = new ImmediateProgress<PhotographProgress>(
                now => screen.Remark($"{now.Done} of {now.Total}: {now.Activity}"));
            var ready = await Task.Run(
                () => Library.Import(parsed.GetRequiredValue(folder), chosen, progress, token), token);
            ShowReady(Library, chosen, screen);
            return ready > 0 ? ExitCode.Done : ExitCode.PartFailed;
        });
        return command;
    }

    private static Command CreateList()
    {
        var set = new Argument<string?>("set")
        {
            Description = "held-out or train; both when not given",
            Arity = ArgumentArity.ZeroOrOne,
        };
        set.AcceptOnlyFromAmong(PhotographSet.Train.ToFolderName(), PhotographSet.HeldOut.ToFolderName());
        var json = ScreenOption.CreateJson();
        var command = new Command("list", ListDescription) { set, json };
        command.SetAction(parsed =>
        {
            var screen = ScreenOption.Open(parsed, json);
            PhotographSet[] sets = parsed.GetValue(set) is { } name
                ? [ParseSet(name)]
                : [PhotographSet.HeldOut, PhotographSet.Train];
            var listed = sets.SelectMany(Listed).ToList();
            screen.Table(
                ["set", "name", "licence", "long side", "prepared"],
                [.. listed.Select(row => (string[])
                    [row.Set, row.Name, row.Licence, row.LongSidePixels is { } side ? $"{side}" : "", row.Prepared ? "yes" : "no"])],
                textColumns: 3);
            screen.Document(listed);
            return ExitCode.Done;
        });
        return command;
    }

    // Those of the list, then what else lies in the folder.
    private static IEnumerable<ListedPhotograph> Listed(PhotographSet set)
    {
        var library = Library;
        var known = PhotographCatalog.All.Where(photograph => photograph.Set == set).ToList();
        var paths = known.Select(library.PathOf).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. known.Select(photograph => new ListedPhotograph(
                set.ToFolderName(), photograph.Name, photograph.Package, photograph.Path, photograph.Licence,
                photograph.LongSidePixels, File.Exists(library.PathOf(photograph)))),
            .. library.Enumerate(set).Where(path => !paths.Contains(path)).Select(path => new ListedPhotograph(
                set.ToFolderName(), Path.GetFileNameWithoutExtension(path), null, null, "your own", null, true)),
        ];
    }

    /// <summary>Null where it is of a photograph of the user's own.</summary>
    private sealed record ListedPhotograph(
        string Set, string Name, string? Package, string? Path, string Licence, int? LongSidePixels, bool Prepared);

    private static Argument<string> CreateSet(string name) => new Argument<string>(name)
    {
        Description = "held-out or train",
        DefaultValueFactory = _ => PhotographSet.HeldOut.ToFolderName(),
    }.OneOf(PhotographSet.Train.ToFolderName(), PhotographSet.HeldOut.ToFolderName());

    private static PhotographSet ParseSet(string name) =>
        name == PhotographSet.Train.ToFolderName() ? PhotographSet.Train : PhotographSet.HeldOut;

    private static void ShowReady(PhotographLibrary library, PhotographSet set, Screen screen)
    {
        var ready = library.Enumerate(set);
        screen.Line($"{ready.Count} photographs are ready in {library.FolderOf(set)}");
        screen.Document(new { set = set.ToFolderName(), folder = library.FolderOf(set), photographs = ready });
    }
}
