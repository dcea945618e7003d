using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Engines;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize engine list</c>, <c>verify</c> and <c>clean</c>.</summary>
internal static class EngineCacheCommands
{
    private const string ListHelp = """
        Shows the engines of this machine, and those that no longer are of it.

        Example: ./edgerestore quantize engine list

        Exit codes: 0 shown; 2 wrong command line; 5 cannot run (ONNX Runtime).
        """;

    private const string VerifyHelp = """
        Reads every byte of every engine, and compares what each was made of with this machine and, where given, with a
        package. With a package, and TensorRT on the machine, a frame runs through each engine that is ready and through
        its network on the CPU; where TensorRT is not there it says so.

        Example: ./edgerestore quantize engine verify --package deploy/models/edgerestore-default

        Exit codes: 0 all ready; 1 some stale or damaged; 2 wrong command line; 5 cannot run (package, ONNX Runtime).
        """;

    private const string CleanHelp = """
        Deletes engines that are stale or damaged, and what killed builds left. A daemon that runs from one goes on.

        Example: ./edgerestore quantize engine clean --keep 2G

        Exit codes: 0 done; 1 some are in use by a build; 2 wrong command line; 5 cannot run (package, disk).
        """;

    public static Command CreateList()
    {
        var (cache, runtime) = (EngineCommand.CreateCache(), EngineCommand.CreateOnnxRuntime());
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var command = new Command("list", ListHelp) { cache, runtime, json };
        command.SetAction(async parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var device = DeviceReading.Read(parsed.GetValue(runtime));
            var store = new EngineCache(parsed.GetValue(cache));
            var engines = Judge(store, device, null, verifiesBytes: false);
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(engines.Select(engine => new
                {
                    engine.Folder,
                    state = engine.State.ToString().ToLowerInvariant(),
                    engine.Reason,
                    engine.Manifest,
                }), new JsonSerializerOptions
                {
                    WriteIndented = true,
                    PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                }));
                return ExitCode.Done;
            }

            await output.WriteLineAsync(
                $"Device: {string.Join(", ", device.Parts.Select(part => $"{part.Key} {part.Value}"))}");
            await output.WriteLineAsync($"{engines.Count} engines in {store.Directory}");
            await WriteAsync(engines, output);
            return ExitCode.Done;
        });
        return command;
    }

    public static Command CreateVerify()
    {
        var (cache, runtime) = (EngineCommand.CreateCache(), EngineCommand.CreateOnnxRuntime());
        var package = CreatePackageOption();
        var command = new Command("verify", VerifyHelp) { cache, package, runtime };
        command.SetAction(async parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var store = new EngineCache(parsed.GetValue(cache));
            var folder = parsed.GetValue(runtime);
            var opened = Open(parsed.GetValue(package));
            var engines = Judge(store, DeviceReading.Read(folder), opened, verifiesBytes: true);
            var gap = opened is null ? "no package was named with --package" : ProviderReport.Read(folder).Gap;
            return await VerifyAsync(store, engines, opened, gap, new TensorRtBackend(), output);
        });
        return command;
    }

    /// <param name="cache">Where the engines are.</param>
    /// <param name="engines">As their bytes and keys were judged.</param>
    /// <param name="package">The package that they are of; null where there is a gap.</param>
    /// <param name="gap">Why no frame can run; null when frames can.</param>
    /// <param name="backend">What runs them.</param>
    /// <param name="output">What was found.</param>
    internal static async Task<int> VerifyAsync(
        EngineCache cache, IReadOnlyList<CachedEngine> engines, ModelPackage? package, string? gap,
        EngineBackend backend,
        TextWriter output)
    {
        if (gap is null && package is not null)
        {
            var verification = new EngineVerification(cache, backend, package);
            var tried = new List<CachedEngine>();
            foreach (var engine in engines)
            {
                var (judged, trial) = verification.Try(engine);
                tried.Add(judged);
                if (trial is { } shown)
                {
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                        $"  {engine.Manifest!.File} {engine.Shapes}: a frame took {shown.RunMilliseconds:F1} ms, "
                        + $"{shown.PsnrToCpu:F1} dB to the CPU's"));
                }
            }

            engines = tried;
        }

        await WriteAsync(engines, output);
        var ready = engines.Count(engine => engine.State == EngineState.Ready);
        await output.WriteLineAsync($"{ready} of {engines.Count} engines in {cache.Directory} are ready");
        if (gap is not null)
        {
            await output.WriteLineAsync($"No frame was run through them: {gap}.");
        }

        return ready == engines.Count ? ExitCode.Done : ExitCode.PartFailed;
    }

    public static Command CreateClean()
    {
        var (cache, runtime, package) = (
            EngineCommand.CreateCache(), EngineCommand.CreateOnnxRuntime(), CreatePackageOption());
        var all = new Option<bool>("--all") { Description = "Deletes those that are ready, too" };
        var keep = new Option<string?>("--keep")
        {
            Description = "Of those that are ready, keeps the newest of so many bytes, such as 2G",
            HelpName = "size",
        };
        keep.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ByteSize.Parse(text) is null)
            {
                result.AddError($"--keep is '{text}'. Allowed: a size such as 500M or 2G.");
            }
        });
        var command = new Command("clean", CleanHelp) { cache, package, runtime, all, keep };
        command.SetAction(async parsed =>
        {
            var store = new EngineCache(parsed.GetValue(cache));
            var engines = Judge(
                store, DeviceReading.Read(parsed.GetValue(runtime)), Open(parsed.GetValue(package)),
                verifiesBytes: true);
            var budget = parsed.GetValue(all) ? 0
                : parsed.GetValue(keep) is { } text ? ByteSize.Parse(text)!.Value.Bytes
                : long.MaxValue;
            return await CleanAsync(store, engines, budget, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    internal static IReadOnlyList<CachedEngine> Judge(
        EngineCache cache, DeviceIdentity device, ModelPackage? package, bool verifiesBytes) =>
        [.. cache.Enumerate(verifiesBytes).Select(engine => EngineCache.Judge(engine, device, package))];

    internal static async Task<int> CleanAsync(
        EngineCache cache, IReadOnlyList<CachedEngine> engines, long budget, TextWriter output)
    {
        var busyCount = 0;
        var kept = 0L;
        try
        {
            foreach (var engine in engines.OrderByDescending(engine => engine.Manifest?.BuiltAt))
            {
                kept += engine.State == EngineState.Ready ? engine.LengthBytes : 0;
                if (engine.State == EngineState.Ready && kept <= budget)
                {
                    continue;
                }

                using var held = cache.TryLock(engine.Prefix);
                if (held is null)
                {
                    busyCount++;
                    await output.WriteLineAsync($"{engine.Prefix}: left, a build has it");
                    continue;
                }

                cache.Remove(engine.Folder);
                await output.WriteLineAsync($"{engine.Prefix}: deleted ({engine.Reason ?? "ready"})");
            }

            foreach (var prefix in cache.FindUnfinished())
            {
                using var held = cache.TryLock(prefix);
                if (held is not null && cache.RemoveUnfinished(prefix) is > 0 and var count)
                {
                    await output.WriteLineAsync($"{prefix}: deleted {count} folder(s) of builds that did not end");
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new QuantizationException(
                $"Engines in '{cache.Directory}' cannot be deleted: {exception.Message} The folder must be this "
                + "user's.",
                exception);
        }

        return busyCount == 0 ? ExitCode.Done : ExitCode.PartFailed;
    }

    private static Option<string?> CreatePackageOption() => new("--package")
    {
        Description = "A package to compare its engines with; without one only the machine is compared",
        HelpName = "folder",
    };

    private static ModelPackage? Open(string? package) => package is null ? null : ModelPackage.Open(package);

    private static async Task WriteAsync(IReadOnlyList<CachedEngine> engines, TextWriter output)
    {
        foreach (var engine in engines)
        {
            var what = engine.Manifest is { } manifest
                ? string.Create(CultureInfo.InvariantCulture,
                    $"{manifest.File} {manifest.Shapes} {manifest.Precision} of {manifest.Package}, "
                    + $"{engine.LengthBytes / 1e6:F1} MB, {manifest.RunMilliseconds:F1} ms a frame, built "
                    + $"{manifest.BuiltAt:yyyy-MM-dd}")
                : engine.Prefix;
            var why = engine.Reason is { } reason ? $": {reason}" : "";
            await output.WriteLineAsync($"  {engine.State.ToString().ToLowerInvariant()}: {what}{why}");
        }
    }
}
