using System.CommandLine;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Validation;
using TorchSharp;

namespace EdgeRestore.Training.Commands;

/// <summary><c>train ablation</c>: what selection is worth, by the recipes whose names begin with ablation-.</summary>
internal static class AblationCommand
{
    private const string Prefix = "ablation-";

    private const string Help = """
        Trains the same network with and without its parts on the same budget and several seeds, one run after the
        other, and writes the table of their gains: no selection, a 1x1 convolution per degradation in the skips,
        selection blocks that keep all channels, selection in the skips, selection in skips and feed-forward parts, and
        the same with sets that stay as they were drawn. Ctrl+C saves; the same command goes on from there, and finished
        runs are not repeated. The table is written after every run, over those that are finished.

        Example:
          ./edgerestore train ablation --out .edgerestore/runs/ablation
          ./edgerestore train ablation --seeds 1 --steps 200 --out /tmp/ablation        only to see that it works

        Exit codes: 0 done; 2 wrong command line; 5 cannot run (photographs, disk); 130 interrupted.
        """;

    public static Command Build()
    {
        var output = new Option<string>("--out")
        {
            Description = "Folder of all runs and of ablation.md and ablation.csv.",
            DefaultValueFactory = _ => Path.Combine(".edgerestore", "runs", "ablation"),
        };
        var photographs = new Option<string>("--photographs")
        {
            Description = "Folder of photographs to train on; subfolders count.",
            DefaultValueFactory = _ => Path.Combine(".edgerestore", "photographs", "train"),
        };
        var seeds = new Option<int[]>("--seeds")
        {
            Description = "Seeds, with spaces between.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 2, 3],
        };
        var steps = new Option<long?>("--steps")
        {
            Description = "Steps of each run; overrides the recipes'.",
        }.AtLeast(1);
        var threads = new Option<int>("--threads")
        {
            Description = "Threads of libtorch.",
            DefaultValueFactory = _ => Math.Max(1, Environment.ProcessorCount / 2),
        }.AtLeast(1);
        var device = TrainingDevice.Option();
        var command = new Command("ablation", Help) { output, photographs, seeds, steps, threads, device };
        command.SetAction((result, cancellationToken) =>
        {
            var request = new AblationRequest(
                result.GetRequiredValue(output),
                result.GetRequiredValue(photographs),
                result.GetRequiredValue(seeds),
                result.GetValue(steps),
                result.GetValue(threads),
                result.GetRequiredValue(device));
            var report = new RunReport(result.InvocationConfiguration.Output);
            return Task.Run(() => Run(request, report, cancellationToken), CancellationToken.None);
        });
        return command;
    }

    internal static int Run(AblationRequest request, RunReport report, CancellationToken cancellationToken)
    {
        var arms = BuiltIn.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToList();

        // Seed by seed, so that an early end still compares all arms.
        foreach (var seed in request.Seeds)
        {
            foreach (var arm in arms)
            {
                var recipe = BuiltIn.Load(arm);
                recipe.Override(null, request.Steps, seed);
                var folder = Path.Combine(request.OutputFolder, $"{arm[Prefix.Length..]}-{seed}");
                if (!AblationTable.IsFinished(folder))
                {
                    var run = new TrainRequest(
                        recipe, request.PhotographFolder, folder, 1, request.Threads, request.Device);
                    if (TrainCommand.Run(run, report, cancellationToken) != ExitCode.Done)
                    {
                        return ExitCode.Interrupted;
                    }

                    AblationTable.MarkFinished(folder);
                }

                var table = AblationTable.Read(
                    request.OutputFolder, [.. arms.Select(name => name[Prefix.Length..])], request.Seeds);
                Outputs.Write(
                    Path.Combine(request.OutputFolder, "ablation.md"),
                    path => File.WriteAllText(path, table.ToMarkdown()));
                Outputs.Write(
                    Path.Combine(request.OutputFolder, "ablation.csv"), path => File.WriteAllText(path, table.ToCsv()));
            }
        }

        var path = Path.Combine(request.OutputFolder, "ablation.md");
        report.Write(
            "ablation",
            new { path, runs = arms.Count * request.Seeds.Count },
            $"{arms.Count * request.Seeds.Count} runs; the table is {path}.");
        return ExitCode.Done;
    }
}

/// <summary>A checked command line.</summary>
internal sealed record AblationRequest(
    string OutputFolder,
    string PhotographFolder,
    IReadOnlyList<int> Seeds,
    long? Steps,
    int Threads,
    string Device);
