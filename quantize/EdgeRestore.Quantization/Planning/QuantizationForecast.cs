using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Planning;

/// <summary>What is in a package, and what quantising it for a device would take. Reads only.</summary>
public sealed record QuantizationForecast
{
    // Over a plain run: tests/EdgeRestore.Benchmarks/results/amd-epyc-2-cores/Quantization.md.
    private const double PassesPerFrame = 3;

    private const int DefaultFramesPerRoute = 16;
    private const int DefaultSidePixels = 256;

    public required string Package { get; init; }

    public required string Device { get; init; }

    public required ImmutableArray<GraphForecast> Graphs { get; init; }

    /// <summary>What the device can take, with what it is worth there.</summary>
    public required ImmutableArray<DeviceForm> Forms { get; init; }

    /// <summary>Milliseconds of a frame through the first graph on this machine's CPU, one thread.</summary>
    public required double MeasuredMs { get; init; }

    /// <summary>
    /// Estimated time of calibrating with so many frames of that size a route, on this machine's cores.
    /// </summary>
    public required double CalibrationSeconds { get; init; }

    /// <summary>Most memory that tensors take while calibrating, beyond what running takes.</summary>
    public required long MemoryBytes { get; init; }

    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{Package} for {Device}: {Graphs.Length} networks, {Graphs.Sum(graph => graph.QuantizableCount)} of "
        + $"{Graphs.Sum(graph => graph.ConvolutionCount)} convolutions can have 8 bits; calibrating takes about "
        + $"{Math.Ceiling(CalibrationSeconds / 60):F0} min here");

    /// <summary>Looks at a package.</summary>
    /// <param name="package">In FP32.</param>
    /// <param name="device">What is to run it.</param>
    /// <param name="memoryBytes">Budget for tensors; null for the default.</param>
    /// <param name="framesPerRoute">Frames that each route will be calibrated with.</param>
    /// <param name="sidePixels">Their side.</param>
    public static QuantizationForecast Of(
        ModelPackage package, DeviceProfile device, long? memoryBytes, int framesPerRoute = DefaultFramesPerRoute,
        int sidePixels = DefaultSidePixels)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(device);
        var graphs = ImmutableArray.CreateBuilder<GraphForecast>();
        var milliseconds = 0.0;
        foreach (var routes in package.Manifest.Routes.GroupBy(route => route.File))
        {
            var file = OnnxFile.Read(package.GetPath(routes.Key));
            milliseconds = graphs.Count == 0 ? Time(file, sidePixels) : milliseconds;
            graphs.Add(GraphForecast.Of(routes.Key, [.. routes], file));
        }

        var cores = Environment.ProcessorCount;
        return new QuantizationForecast
        {
            Package = $"{package.Manifest.Name} {package.Manifest.Version}",
            Device = device.Name,
            Graphs = graphs.ToImmutable(),
            Forms = device.Forms,
            MeasuredMs = milliseconds,
            CalibrationSeconds =
                PassesPerFrame * framesPerRoute * package.Manifest.Routes.Length * milliseconds / 1000 / cores,
            MemoryBytes = memoryBytes ?? new CalibrationSettings().MemoryBytes,
        };
    }

    private static double Time(OnnxFile file, int side)
    {
        using var graph = new FrameGraph(file, threads: 1);
        using var input = Frame.Rent(side, side, PixelFormat.Rgb24);
        using var output = Frame.Rent(side, side, PixelFormat.Rgb24);
        for (var index = 0; index < input.LengthBytes; index++)
        {
            input.Pixels[index] = (byte)(index * 37 % 251);
        }

        graph.Run(input, output);
        var start = Stopwatch.GetTimestamp();
        graph.Run(input, output);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

/// <summary>One graph of a package, as quantisation sees it.</summary>
/// <param name="File">In the package.</param>
/// <param name="Routes">Degradations that it restores.</param>
/// <param name="Precision">As it is.</param>
/// <param name="NodeCount">Operators.</param>
/// <param name="ConvolutionCount">Of these, convolutions.</param>
/// <param name="QuantizableCount">Convolutions that 8 bits can reach.</param>
/// <param name="GroupCount">Units of the search.</param>
/// <param name="TensorCount">Tensors that need a range.</param>
/// <param name="WeightBytes">Constants.</param>
/// <param name="Int8Bytes">About what they take with 8 bits in those convolutions.</param>
/// <param name="Obstacle">Why it cannot be quantised, or null.</param>
public sealed record GraphForecast(
    string File, ImmutableArray<string> Routes, string Precision, int NodeCount, int ConvolutionCount,
    int QuantizableCount,
    int GroupCount, int TensorCount, long WeightBytes, long Int8Bytes, string? Obstacle)
{
    internal static GraphForecast Of(string path, ImmutableArray<PackageRoute> routes, OnnxFile file)
    {
        var graph = file.Graph;
        var weights = graph.Initializers.ToDictionary(initializer => initializer.Name, StringComparer.Ordinal);
        var convolutions = graph.Nodes.Where(node => node.OpType == "Conv").ToList();
        var bytes = graph.Initializers.Sum(initializer => (long)initializer.Data.Length);
        var obstacle =
            graph.Nodes.FirstOrDefault(node => node.OpType is "QuantizeLinear" or "DequantizeLinear") is { } quantised
            ? $"quantised already: {quantised}"
            : convolutions.Count == 0 ? "no convolution" : null;

        // The first and the last convolution keep floating point, where white and black points are made.
        var inner = obstacle is null && convolutions.Count > 2 ? convolutions[1..^1] : [];
        var quantizable = inner.Where(node => weights.ContainsKey(node.Inputs[1])).ToList();
        var shrunk = quantizable.Select(node => node.Inputs[1]).Distinct()
            .Sum(name => (long)weights[name].Data.Length * 3 / 4);
        return new GraphForecast(
            path,
            [.. routes.Select(route => Degradations.DegradationNames.ToName(route.Degradation))],
            routes[0].Precision,
            graph.Nodes.Count,
            convolutions.Count,
            quantizable.Count,
            PrecisionGroups.Of(graph).Count,
            TapSelection.Of(graph).Count,
            bytes,
            bytes - shrunk,
            obstacle);
    }
}
