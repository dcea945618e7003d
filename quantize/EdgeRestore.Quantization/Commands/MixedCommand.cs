using System.CommandLine;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Search;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize mixed</c>: the fastest precision of every network within a loss.</summary>
internal static class MixedCommand
{
    private const string Description = """
        Finds, for every network of a package, the fastest mixture of 8 bits and floating point that loses no more than
        --max-drop, and writes a package that holds it beside FP32: a daemon takes whichever is faster on its device.
        Speed is measured, not guessed; where 8 bits do not pay or cost too much, FP32 stays. Every decision and its
        price is in the report. The source package is not changed. Interrupted, it goes on where it stopped.

        Example:
          ./edgerestore quantize mixed deploy/models/edgerestore-default --calibration my.ercal --frames ~/frames \
            --out mixed

        Exit codes: 0 written; 1 written, but nothing was better than FP32; 2 wrong command line;
        5 cannot run (package, calibration, frames, disk); 130 interrupted, state kept.
        """;

    public static Command Create()
    {
        var package = new Argument<string>("package") { Description = "Folder of the FP32 package" };
        var calibration = new Option<string>("--calibration")
        {
            Description = "The calibration of this package, from 'quantize calibrate' over the same frames",
            HelpName = "file",
            Required = true,
        };
        var frames = new FramesOption();
        var search = new SearchOptions();
        var command = new Command("mixed", Description) { package, calibration };
        frames.AddTo(command);
        search.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            if (GraphOptions.IsGraph(parsed.GetRequiredValue(package)))
            {
                throw new QuantizationException(
                    "'mixed' takes a package with its calibration; found the ONNX file "
                    + $"'{parsed.GetRequiredValue(package)}'. For a file 'quantize auto' calibrates and searches in "
                    + "one: ./edgerestore quantize auto FILE --frames FOLDER --out FOLDER.");
            }

            var opened = ModelPackage.Open(parsed.GetRequiredValue(package));
            PackageSearch.RequireSource(opened);
            search.RequireOutput(parsed, opened);
            var seen = CalibrationFile.Load(parsed.GetRequiredValue(calibration));
            seen.Require(opened);
            var (set, held) = await frames.ChooseAsync(parsed, opened, parsed.InvocationConfiguration.Error, token);
            using (held)
            {
                return await search.RunAsync(parsed, opened, seen, set.Judged, parsed.GetValue(frames.Threads), token);
            }
        });
        return command;
    }
}
