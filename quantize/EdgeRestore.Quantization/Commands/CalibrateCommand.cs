using System.CommandLine;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Search;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize calibrate</c>: frames to activation ranges.</summary>
internal static class CalibrateCommand
{
    public const string DefaultName = "calibration.ercal";

    private const string Description = """
        Runs frames through every network of a package and writes what its tensors held: ranges first, then counts of
        values, so that every method (minmax, percentile, entropy, mse) can be taken later without running again. The
        same frames give the same file, byte for byte. Interrupted, it goes on where it stopped when started again with
        the same --out.

        Example: ./edgerestore quantize calibrate deploy/models/edgerestore-default --frames ~/frames --out my.ercal

        Exit codes: 0 written; 2 wrong command line; 5 cannot run (package, frames, memory, disk); 130 interrupted,
        state kept.
        """;

    public static Command Create()
    {
        var package = new Argument<string>("package") { Description = "Folder of the FP32 package" };
        var frames = new FramesOption();
        var method = new Option<string>("--method")
        {
            Description = "minmax needs ranges only, half the time; with the others the summary shows what each would "
                + "clip",
            DefaultValueFactory = _ => RangeMethod.Mse.ToName(),
        };
        method.OneOf([.. Enum.GetValues<RangeMethod>().Select(known => known.ToName())]);
        var @out = new Option<string>("--out")
        {
            Description = "The calibration file; its state while unfinished lies beside it",
            HelpName = "file",
            DefaultValueFactory = _ => DefaultName,
        };
        var command = new Command("calibrate", Description) { package, method, @out };
        frames.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var opened = ModelPackage.Open(parsed.GetRequiredValue(package));
            PackageSearch.RequireSource(opened);
            var path = parsed.GetRequiredValue(@out);
            var chosen = RangeMethods.Find(parsed.GetRequiredValue(method))!.Value;
            var (set, held) = await frames.ChooseAsync(parsed, opened, error, token);
            using (held)
            {
                var settings = frames.Settings(parsed, StatePathOf(path), countsValues: chosen != RangeMethod.MinMax);
                var calibration = await RunAsync(opened, set.ByGraph, settings, error, token);
                calibration.Save(path);
                await CalibrationSummary.WriteAsync(calibration, chosen, output);
                await output.WriteLineAsync($"Calibration: {path}");
                return ExitCode.Done;
            }
        });
        return command;
    }

    /// <summary>Where an unfinished calibration keeps what it has.</summary>
    public static string StatePathOf(string path) => path + ".partial";

    public static Task<CalibrationFile> RunAsync(
        ModelPackage package, IReadOnlyDictionary<string, IReadOnlyList<CalibrationFrame>> frames,
        CalibrationSettings settings, TextWriter error, CancellationToken token)
    {
        var lines = new ProgressLines(error);
        var progress = new ImmediateProgress<CalibrationProgress>(
            now => lines.Show(now.Done, now.Total, now.Activity, now.Remaining));
        return Task.Run(
            () => new CalibrationRun(package, settings).Run(frames, progress, token), CancellationToken.None);
    }
}
