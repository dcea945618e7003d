using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Planning;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize plan</c>: what could be done, before anything is.</summary>
internal static class PlanCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    };

    private const string Description = """
        Shows what is in a package, what each precision gives on a device, and how long calibrating will take here.
        Changes nothing.

        Example: ./edgerestore quantize plan deploy/models/edgerestore-default --for agx-orin

        Exit codes: 0 shown; 2 wrong command line; 5 cannot run (package).
        """;

    public static Command Create()
    {
        var package = new Argument<string>("package") { Description = "Folder of the package" };
        var device = SearchOptions.CreateFor();
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON document" };
        var command = new Command("plan", Description) { package, device, json };
        command.SetAction(async parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var forecast = QuantizationForecast.Of(
                ModelPackage.Open(parsed.GetRequiredValue(package)),
                DeviceProfile.Find(parsed.GetRequiredValue(device))!, null);
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(forecast, Json));
                return ExitCode.Done;
            }

            await output.WriteLineAsync(forecast.Summary + ".");
            foreach (var graph in forecast.Graphs)
            {
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"  {graph.File} ({string.Join(", ", graph.Routes)}): {graph.Precision}, {graph.QuantizableCount} "
                    + $"of {graph.ConvolutionCount} convolutions in {graph.GroupCount} groups, {graph.TensorCount} "
                    + $"tensors to calibrate, weights {graph.WeightBytes / 1e6:F2} MB, about "
                    + $"{graph.Int8Bytes / 1e6:F2} MB with 8 bits"));
                if (graph.Obstacle is { } obstacle)
                {
                    await output.WriteLineAsync($"    cannot be quantised: {obstacle}");
                }
            }

            await output.WriteLineAsync($"Forms for {forecast.Device}:");
            foreach (var form in forecast.Forms)
            {
                await output.WriteLineAsync($"  {form.Precision} for {form.Provider}: {form.Expectation}");
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"Here one frame of 256x256 takes {forecast.MeasuredMs:F0} ms on one thread in FP32; calibrating with "
                + $"16 frames a route takes about "
                + $"{ProgressLines.Format(TimeSpan.FromSeconds(forecast.CalibrationSeconds))} and at most "
                + $"{forecast.MemoryBytes >> 20} MiB beyond what running takes. Next: quantize auto."));
            return ExitCode.Done;
        });
        return command;
    }
}
