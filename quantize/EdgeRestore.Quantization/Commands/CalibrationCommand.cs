using System.CommandLine;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize calibration inspect</c> and <c>merge</c>.</summary>
internal static class CalibrationCommand
{
    private const string InspectDescription = """
        Shows what a calibration file holds: frames, and every tensor's range by each method.

        Example: ./edgerestore quantize calibration inspect calibration.ercal

        Exit codes: 0 shown; 2 wrong command line; 5 missing or damaged.
        """;

    private const string MergeDescription = """
        Makes one calibration of several for the same package, as if their frames had been run together: by day and by
        night, or on several devices.

        Example: ./edgerestore quantize calibration merge day.ercal night.ercal --out both.ercal

        Exit codes: 0 written; 2 wrong command line; 5 of different packages, or with a frame in common.
        """;

    private const string Help = """
        Inspect, merge or export calibration files.

        Example: ./edgerestore quantize calibration inspect calibration.ercal

        Exit codes: 0 done; 2 wrong command line; 5 cannot run; each command's help tells more.
        """;

    public static Command Create() => new("calibration", Help)
    {
        CreateInspect(),
        CreateMerge(),
        CalibrationExportCommand.Create(),
    };

    private static Command CreateInspect()
    {
        var file = new Argument<string>("file") { Description = "The calibration" };
        var command = new Command("inspect", InspectDescription) { file };
        command.SetAction(async parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var calibration = CalibrationFile.Load(parsed.GetRequiredValue(file));
            var methods = calibration.HasHistograms ? Enum.GetValues<RangeMethod>() : [RangeMethod.MinMax];
            await CalibrationSummary.WriteAsync(calibration, methods[^1], output);
            foreach (var graph in calibration.Graphs)
            {
                foreach (var tensor in graph.Tensors)
                {
                    var ranges = methods.Select(method => (method, Range: RangeEstimator.Estimate(tensor, method)));
                    await output.WriteLineAsync($"{graph.File} {tensor.Name}: " + string.Join(
                        ", ",
                        ranges.Select(each => $"{each.method.ToName()} {each.Range.Min:G4}..{each.Range.Max:G4}")));
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateMerge()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Two calibrations or more",
            Arity = new ArgumentArity(2, 1000),
        };
        var @out = new Option<string>("--out")
        {
            Description = "The merged calibration",
            HelpName = "file",
            Required = true,
        };
        var command = new Command("merge", MergeDescription) { files, @out };
        command.SetAction(async parsed =>
        {
            var merged = parsed.GetRequiredValue(files).Select(CalibrationFile.Load).Aggregate(CalibrationFile.Merge);
            merged.Save(parsed.GetRequiredValue(@out));
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{merged.Frames.Length} frames, {merged.Graphs.Length} graphs: {parsed.GetRequiredValue(@out)}");
            return ExitCode.Done;
        });
        return command;
    }
}
