using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Engines;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize engine build</c>.</summary>
internal static class EngineBuildCommand
{
    private const string Help = """
        Builds the TensorRT engines of a package on this machine: one for each network and --shape, or what --plan says.
        An engine that is there and whole is kept; one that anything has changed for is built anew beside it. What was
        interrupted goes on with the same command. Progress goes to standard error, with --json as one JSON object a
        line.

        Example:
          ./edgerestore quantize engine build deploy/models/edgerestore-default --shape 1920x1080 --shape 640x360

        Exit codes: 0 every engine is there; 1 some could not be built; 2 wrong command line;
        5 cannot run (package, plan, a library of TensorRT is missing, GPU, disk); 130 interrupted.
        """;

    public static Command Create()
    {
        var package = EngineCommand.CreatePackage();
        var (shapes, precision, level) = (
            EngineCommand.CreateShape(), EngineCommand.CreatePrecision(), EngineCommand.CreateLevel());
        var planFile = new Option<string?>("--plan")
        {
            Description = "What 'engine plan' has written, in place of the options above",
            HelpName = "file",
        };
        var (cache, runtime) = (EngineCommand.CreateCache(), EngineCommand.CreateOnnxRuntime());
        var json = new Option<bool>("--json") { Description = "Progress as JSON lines on standard output" };
        var command = new Command("build", Help) { package, shapes, precision, level, planFile, cache, runtime, json };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(planFile) is null) == (result.GetValue(shapes) is null or { Length: 0 }))
            {
                result.AddError("Give either --shape, once or more, or --plan.");
            }
        });
        command.SetAction((parsed, token) =>
        {
            var opened = ModelPackage.Open(parsed.GetRequiredValue(package));
            var plan = parsed.GetValue(planFile) is { } path
                ? EnginePlan.Load(path, opened)
                : EnginePlan.Of(
                    opened, null, EngineCommand.Parse(parsed.GetValue(shapes)), parsed.GetRequiredValue(precision),
                    parsed.GetValue(level));
            var folder = parsed.GetValue(runtime);
            ProviderReport.Read(folder).RequireTensorRt();
            Engine.RequireTensorRt();
            var device = DeviceReading.Read(folder);
            RequireDevice(plan, device);
            var build = new EngineBuild(
                new EngineCache(parsed.GetValue(cache)), new TensorRtBackend(), device, TimeProvider.System);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return RunAsync(opened, plan, build, new BuildMessages(output, error, parsed.GetValue(json)), token);
        });
        return command;
    }

    /// <summary>Builds one engine after another: each takes the whole GPU.</summary>
    internal static async Task<int> RunAsync(
        ModelPackage package, EnginePlan plan, EngineBuild build, BuildMessages messages, CancellationToken token)
    {
        foreach (var left in plan.LeftOut)
        {
            messages.TellLeftOut(left);
        }

        var failedCount = 0;
        var tasks = plan.Tasks;
        for (var index = 0; index < tasks.Count; index++)
        {
            messages.Begin(index, tasks.Count);
            var outcome = await build.RunAsync(package, tasks[index], plan.Builder, messages.Tell, token);
            messages.Tell(outcome);
            failedCount += outcome.Result == BuildResult.Failed ? 1 : 0;
        }

        return failedCount == 0 && tasks.Count > 0 ? ExitCode.Done : ExitCode.PartFailed;
    }

    internal static void RequireDevice(EnginePlan plan, DeviceIdentity device)
    {
        var conflict = device.Gap is { } gap ? $"{gap} cannot be read"
            : plan.Device is { } name ? EngineDevice.Find(name).FindConflict(device) : EngineDevice.FindLimit(device);
        if (conflict is not null)
        {
            throw new QuantizationException(
                $"No engine can be built on this device: {conflict}. Nothing was built; frames run on cuda or cpu. "
                + "Check the driver with nvidia-smi, or plan for this device.");
        }
    }
}

/// <summary>What a build tells while it runs.</summary>
/// <param name="output">For results, and for events as JSON.</param>
/// <param name="error">For progress.</param>
/// <param name="asJson">Whether a program reads it.</param>
internal sealed class BuildMessages(TextWriter output, TextWriter error, bool asJson)
{
    private int _index;
    private int _count;

    public void Begin(int index, int count) => (_index, _count) = (index, count);

    public void TellLeftOut(string what)
    {
        if (asJson)
        {
            WriteEvent(new { @event = "left-out", reason = what });
        }
        else
        {
            error.WriteLine($"left out: {what}");
        }
    }

    public void Tell(BuildProgress progress)
    {
        var seconds = Math.Round(progress.Elapsed.TotalSeconds, 1);
        if (asJson)
        {
            WriteEvent(new
            {
                @event = progress.Phase.ToString().ToLowerInvariant(),
                engine = progress.Task.ToString(),
                index = _index + 1,
                count = _count,
                seconds,
            });
            return;
        }

        var doing = progress.Phase switch
        {
            BuildPhase.Waiting => "another process builds it, waiting",
            BuildPhase.Building => "TensorRT searches for kernels, which takes minutes",
            BuildPhase.Trying => "runs a frame",
            _ => "is written",
        };
        error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{_index + 1} of {_count} {progress.Task}: {doing} ({seconds:F0} s)"));
    }

    public void Tell(BuildOutcome outcome)
    {
        var manifest = outcome.Engine?.Manifest;
        if (asJson)
        {
            WriteEvent(new
            {
                @event = outcome.Result.ToString().ToLowerInvariant(),
                engine = outcome.Task.ToString(),
                index = _index + 1,
                count = _count,
                folder = outcome.Engine?.Folder,
                runMs = manifest?.RunMilliseconds,
                buildSeconds = manifest?.BuildSeconds,
                reason = outcome.Reason,
            });
            return;
        }

        output.WriteLine(outcome.Result switch
        {
            BuildResult.Failed => $"{outcome.Task}: failed. {outcome.Reason}",
            BuildResult.Found => $"{outcome.Task}: is there",
            _ => string.Create(CultureInfo.InvariantCulture,
                $"{outcome.Task}: built in {manifest!.BuildSeconds:F0} s, {manifest.PartCount} part(s), "
                + $"{manifest.RunMilliseconds:F1} ms a frame, {manifest.PsnrToCpu:F1} dB to the CPU"
                + $"{(manifest.ContextModel is null ? $", no context model ({manifest.ContextNote})" : "")}"
                + $"{(outcome.Reason is { } reason ? $"; before: {reason}" : "")}"),
        });
    }

    private void WriteEvent(object told) => output.WriteLine(JsonSerializer.Serialize(told));
}
