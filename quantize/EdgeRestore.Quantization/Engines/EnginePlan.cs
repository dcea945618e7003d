using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using EdgeRestore.Degradations;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Engines;

/// <param name="File">Graph of the package.</param>
/// <param name="Reference">The route's own graph.</param>
/// <param name="Routes">Degradations that it restores.</param>
/// <param name="Precision">Of the graph.</param>
/// <param name="Shapes">Frames that it takes.</param>
/// <param name="FrameBytes">About what tensors of the largest frame take, from a run on a CPU.</param>
public sealed record PlannedEngine(
    string File, string Reference, ImmutableArray<string> Routes, string Precision, string Shapes, long FrameBytes);

/// <summary>
/// Which engines a device is to have, decided where the package is made and carried out on the device.
/// </summary>
public sealed record EnginePlan
{
    public const int CurrentFormat = 1;

    // RestorerOptions.MaxTilePixels: the default network's tensors, in FP32, on a CPU.
    private const long BytesPerPixel = 340;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public required int Format { get; init; }

    /// <summary>As <c>--for</c> names it; null for whatever device builds.</summary>
    public required string? Device { get; init; }

    /// <summary>Name and version, for people.</summary>
    public required string Package { get; init; }

    public required string PackageSha256 { get; init; }

    public required int BuilderLevel { get; init; }

    public required long WorkspaceBytes { get; init; }

    public required ImmutableArray<PlannedEngine> Engines { get; init; }

    /// <summary>What gets no engine, and why.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>Chooses forms and checks them against a device.</summary>
    /// <param name="package">Verified.</param>
    /// <param name="device">Null where the device is this machine.</param>
    /// <param name="sizes">Frames to build for.</param>
    /// <param name="precision"><c>auto</c>, <c>fp32</c>, <c>fp16</c>, <c>int8</c>.</param>
    /// <param name="builderLevel">0 to 5.</param>
    /// <exception cref="QuantizationException">The device gets no engines, or the package has no such form.</exception>
    internal static EnginePlan Of(
        ModelPackage package, EngineDevice? device, IReadOnlyList<EngineShapes> sizes, string precision,
        int builderLevel)
    {
        ArgumentNullException.ThrowIfNull(package);
        if (device?.Obstacle is { } obstacle)
        {
            throw new QuantizationException($"Device {device.Name} gets no engines: {obstacle}.");
        }

        var engines = ImmutableArray.CreateBuilder<PlannedEngine>();
        var leftOut = ImmutableArray.CreateBuilder<string>();
        foreach (var routes in package.Manifest.Routes.GroupBy(route => Form(route, precision)))
        {
            var names = routes.Select(route => route.Degradation.ToName()).ToImmutableArray();
            if (routes.Key is not { } form)
            {
                leftOut.Add($"{string.Join(", ", names)}: the package has no {precision} form that TensorRT can take");
                continue;
            }

            if (device is not null && FindOpsetFault(package.GetPath(form.File), device) is { } fault)
            {
                leftOut.Add($"{string.Join(", ", names)} ({form.File}): {fault}");
                continue;
            }

            foreach (var shapes in sizes)
            {
                var bytes = BytesPerPixel * shapes.Max.Width * shapes.Max.Height;
                if (device is { MemoryBytes: > 0 } && bytes > device.MemoryBytes / 2)
                {
                    leftOut.Add(string.Create(CultureInfo.InvariantCulture,
                        $"{form.File} {shapes}: tensors of a frame take about {bytes / 1e9:F1} GB, more than half of "
                        + $"the {device.MemoryBytes / 1e9:F1} GB of the smallest {device.Name}; such frames go in "
                        + $"tiles"));
                    continue;
                }

                engines.Add(new PlannedEngine(
                    form.File, routes.First().File, names, form.Precision, shapes.ToString(), bytes));
            }
        }

        return new EnginePlan
        {
            Format = CurrentFormat,
            Device = device?.Name,
            Package = $"{package.Manifest.Name} {package.Manifest.Version}",
            PackageSha256 = package.Sha256,
            BuilderLevel = builderLevel,
            WorkspaceBytes = device?.WorkspaceBytes ?? 0,
            Engines = engines.ToImmutable(),
            LeftOut = leftOut.ToImmutable(),
        };
    }

    internal BuilderOptions Builder => new() { Level = BuilderLevel, WorkspaceBytes = WorkspaceBytes };

    internal IReadOnlyList<EngineTask> Tasks =>
    [
        .. Engines.Select(engine => new EngineTask(
            engine.File, engine.Reference, engine.Precision, EngineShapes.TryParse(engine.Shapes)!)),
    ];

    public void Save(string path) => WholeFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    /// <summary>Reads a plan and checks that a package is the one that it was made for.</summary>
    /// <exception cref="QuantizationException">It is something else, or for another package.</exception>
    public static EnginePlan Load(string path, ModelPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        EnginePlan? plan;
        try
        {
            plan = JsonSerializer.Deserialize<EnginePlan>(File.ReadAllBytes(path), Json);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new QuantizationException(
                $"The engine plan '{path}' cannot be read: {exception.Message} Make one with 'quantize engine plan'.",
                exception);
        }

        if (plan?.Format != CurrentFormat)
        {
            throw new QuantizationException(
                $"The engine plan '{path}' has format {plan?.Format}, this version reads {CurrentFormat}. Make it "
                + "again with 'quantize engine plan'.");
        }

        if (plan.PackageSha256 != package.Sha256)
        {
            throw new QuantizationException(
                $"The engine plan '{path}' is for {plan.Package} with SHA-256 {plan.PackageSha256}; "
                + $"'{package.Directory}' is {package.Manifest.Name} {package.Manifest.Version} with {package.Sha256}. "
                + "Plan for this package.");
        }

        var wrong = plan.Engines.FirstOrDefault(engine => EngineShapes.TryParse(engine.Shapes) is null
            || !package.Manifest.Files.Any(file => file.Path == engine.File)
            || !package.Manifest.Files.Any(file => file.Path == engine.Reference));
        return wrong is null && plan.BuilderLevel is >= 0 and <= 5 && plan.WorkspaceBytes >= 0
            ? plan
            : throw new QuantizationException(
            $"The engine plan '{path}' was changed by hand: found {wrong?.File} {wrong?.Shapes} at builder level "
            + $"{plan.BuilderLevel}, allowed are graphs of the package, sizes such as 1920x1080, and levels 0 to 5. "
            + "Make it again with 'quantize engine plan'.");
    }

    /// <summary>The form of a route that TensorRT gets; null where the package lacks the precision.</summary>
    private static (string File, string Precision)? Form(PackageRoute route, string precision)
    {
        // Forms for CUDA are typed FP16 without Q/DQ: TensorRT takes these too. Those for the CPU it does not.
        var forms = (route.Variants ?? []).Where(variant => variant.Provider is "tensorrt" or "cuda")
            .OrderBy(variant => variant.Provider == "tensorrt" ? 0 : 1)
            .Select(variant => (variant.File, variant.Precision)).Append((route.File, route.Precision)).ToList();
        string[] wanted = precision == "auto" ? ["int8", "fp16", "fp32"] : [precision];
        return wanted.SelectMany(want => forms.Where(form => form.Precision == want))
            .Select(form => ((string File, string Precision)?)form).FirstOrDefault();
    }

    private static string? FindOpsetFault(string path, EngineDevice device)
    {
        var opset = OnnxFile.Read(path).Opsets[""];
        return opset <= device.MaxOpset ? null
            : $"it is of ONNX opset {opset}, TensorRT on {device.Name} reads up to {device.MaxOpset}";
    }
}
