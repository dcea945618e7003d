using System.CommandLine;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Planning;
using EdgeRestore.Quantization.Search;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize auto</c>: from a package and frames to a package that is faster, in one line.</summary>
internal static class AutoCommand
{
    private static readonly string Description = $"""
        Does all of it: looks at the package, chooses frames, calibrates, searches the fastest forms within --max-drop,
        judges them on frames that it did not calibrate with, writes a package with them beside FP32, and a report whose
        first line says whether to ship it. Interrupted, it goes on where it stopped when started again with the same
        options.

        {GraphOptions.Help.Replace("--out is then a file", "--out is then a folder of files", StringComparison.Ordinal)}

        Example:
          ./edgerestore quantize auto deploy/models/edgerestore-default --frames ~/frames --for cpu \
            --out edgerestore-fast

        Exit codes: 0 written; 1 written, but nothing was better than FP32; 2 wrong command line;
        5 cannot run (package, frames, disk); 130 interrupted, state kept.
        """;

    public static Command Create()
    {
        var package = new Argument<string>("package") { Description = "Folder of the FP32 package, or an ONNX file" };
        var frames = new FramesOption();
        var search = new SearchOptions();
        var command = new Command("auto", Description) { package };
        frames.AddTo(command);
        search.AddTo(command);
        var graphs = new GraphOptions();
        graphs.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            if (GraphOptions.IsGraph(parsed.GetRequiredValue(package)))
            {
                return await new GraphSearch(parsed, graphs, frames, search)
                    .RunAsync(parsed.GetRequiredValue(package), token);
            }

            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var opened = ModelPackage.Open(parsed.GetRequiredValue(package));
            PackageSearch.RequireSource(opened);
            search.RequireOutput(parsed, opened);
            var plan = QuantizationForecast.Of(
                opened, DeviceProfile.Find(parsed.GetRequiredValue(search.For))!, null,
                parsed.GetValue(frames.FramesPerRoute),
                Math.Max(opened.Manifest.Network.MinSidePixels, parsed.GetValue(frames.Side)));
            await error.WriteLineAsync(plan.Summary);
            var (set, held) = await frames.ChooseAsync(parsed, opened, error, token);
            using (held)
            {
                var path = Path.Combine(search.WorkFolder(parsed), CalibrateCommand.DefaultName);
                var calibration = await CalibrateAsync(parsed, opened, frames, set, path, token);
                await CalibrationSummary.WriteAsync(calibration, RangeMethod.MinMax, error);
                var code = await search.RunAsync(
                    parsed, opened, calibration, set.Judged, parsed.GetValue(frames.Threads), token);
                await output.WriteLineAsync($"Its calibration, to be used again: {path}");
                return code;
            }
        });
        return command;
    }

    // One that an earlier run finished is taken as it is, when it is of this package and these frames.
    private static async Task<CalibrationFile> CalibrateAsync(
        ParseResult parsed, ModelPackage package, FramesOption frames, Selection.FrameSet set, string path,
        CancellationToken token)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (File.Exists(path))
        {
            try
            {
                var kept = CalibrationFile.Load(path);
                var wanted = set.ByGraph.Values.SelectMany(list => list).Select(frame => frame.Sha256)
                    .ToHashSet(StringComparer.Ordinal);
                if (kept.PackageSha256 == package.Sha256 && kept.IsComplete
                    && wanted.SetEquals(kept.Frames.Select(frame => frame.Sha256)))
                {
                    return kept;
                }
            }
            catch (CalibrationException exception)
            {
                await error.WriteLineAsync(exception.Message);
            }
        }

        var settings = frames.Settings(parsed, CalibrateCommand.StatePathOf(path), countsValues: true);
        var calibration = await CalibrateCommand.RunAsync(package, set.ByGraph, settings, error, token);
        calibration.Save(path);
        return calibration;
    }
}
