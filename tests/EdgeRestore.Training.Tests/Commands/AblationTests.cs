using EdgeRestore.Training.Commands;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Tasks;
using EdgeRestore.Training.Validation;

namespace EdgeRestore.Training.Tests.Commands;

public sealed class AblationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-ablation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Recipes_Arms_DifferInTheirSelectionAlone()
    {
        var arms = BuiltIn.Names.Where(name => name.StartsWith("ablation-", StringComparison.Ordinal))
            .Select(BuiltIn.Load).ToList();

        Assert.Equal(6, arms.Count);
        Assert.Single(arms.Select(Rest).Distinct());
        Assert.Equal(5, arms.Select(arm => arm.Configuration?.ToJsonString() ?? "").Distinct().Count());
        Assert.Equal([0], arms.Where(arm => arm.Name == "ablation-random").Select(arm => arm.Selection.FreezeAt));

        static string Rest(Recipe recipe) => string.Join('\n', recipe.Text.Split('\n').Where(line =>
            !line.StartsWith('#') && !line.StartsWith("configuration", StringComparison.Ordinal)
            && !line.Contains("freezeAt", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_StoppedAndStartedAgain_DoesNotRepeatWhatIsFinished()
    {
        for (var index = 0; index < 3; index++)
        {
            TestPictures.Save(Path.Combine(_folder, "pictures", $"{index}.png"), index, width: 128, height: 112);
        }

        var request = new AblationRequest(
            Path.Combine(_folder, "out"), Path.Combine(_folder, "pictures"), [1], Steps: 1, Threads: 1, "cpu");
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Equal(ExitCode.Interrupted, AblationCommand.Run(request, RunReport.None, stopped.Token));

        // As if all but one had run before.
        foreach (var arm in new[] { "both", "blind", "matrices", "random", "skips" })
        {
            Finish(arm, 1, gain: arm == "both" ? 3.05 : 3);
        }

        var output = new StringWriter();
        Assert.Equal(
            ExitCode.Done, AblationCommand.Run(request, new RunReport(output), CancellationToken.None));

        Assert.Contains("ablation-all: edge-s", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ablation-both:", output.ToString(), StringComparison.Ordinal);
        var table = File.ReadAllText(Path.Combine(_folder, "out", "ablation.md"));
        Assert.Contains("| seeds | 1 | 1 | 1 | 1 | 1 | 1 |", table, StringComparison.Ordinal);
        Assert.Contains("+0.05 dB, under 0.1 dB: learning the sets is decoration.", table, StringComparison.Ordinal);
    }

    [Fact]
    public void ToMarkdown_SeveralSeeds_GivesMeanAndDeviation()
    {
        Finish("both", 1, gain: 3);
        Finish("both", 2, gain: 4);
        Finish("random", 1, gain: 3.2);

        var table = AblationTable.Read(Path.Combine(_folder, "out"), ["both", "random"], [1, 2]).ToMarkdown();

        Assert.Contains("| rain | 3.50 | 3.20 |", table, StringComparison.Ordinal);
        Assert.Contains("| deviation of the mean over seeds | 0.71 | – |", table, StringComparison.Ordinal);
        Assert.Contains("stay as drawn: +0.30 dB.", table, StringComparison.Ordinal);
    }

    private void Finish(string arm, int seed, double gain)
    {
        var run = Path.Combine(_folder, "out", $"{arm}-{seed}");
        Directory.CreateDirectory(run);
        File.WriteAllText(
            Path.Combine(run, "validation.csv"),
            "step,trained_s,row,psnr_in,psnr_out\n1,1,rain,20,21\n"
            + FormattableString.Invariant($"2,2,rain,20,{20 + gain}\n"));
        AblationTable.MarkFinished(run);
    }
}
