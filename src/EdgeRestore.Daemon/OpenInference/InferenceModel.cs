using EdgeRestore.Daemon.Singles;
using EdgeRestore.Degradations;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.Inference;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>One model, as the Open Inference Protocol sees a route.</summary>
/// <param name="Name">restore, restore-noise and so on, or classify.</param>
/// <param name="Route">The route that it always takes; null where the classifier chooses.</param>
/// <param name="Restores">Whether it gives pixels.</param>
internal sealed record InferenceModel(string Name, Degradation? Route, bool Restores)
{
    public const string InputName = "frame";
    public const string Restored = "restored";
    public const string RouteName = "route";
    public const string Confidence = "confidence";
    public const string Bypassed = "bypassed";

    // NHWC; any number, height and width.
    private static readonly long[] Pixels = [-1, -1, -1, 3];
    private static readonly long[] PerFrame = [-1];

    /// <summary>Every output, in the order in which they come unasked.</summary>
    public IReadOnlyList<InferenceOutput> Outputs { get; } = Restores
        ?
        [
            new(Restored, "UINT8", DataType.TypeUint8, Pixels),
            new(RouteName, "BYTES", DataType.TypeString, PerFrame),
            new(Confidence, "FP32", DataType.TypeFp32, PerFrame),
            new(Bypassed, "BOOL", DataType.TypeBool, PerFrame),
        ]
        : [
            new(RouteName, "BYTES", DataType.TypeString, PerFrame),
            new(Confidence, "FP32", DataType.TypeFp32, PerFrame),
        ];

    /// <summary>All models of a package.</summary>
    public static IEnumerable<InferenceModel> Of(PackageManifest manifest) =>
    [
        new("restore", null, true),
        .. manifest.Routes.Select(route => new InferenceModel(
            $"restore-{route.Degradation.ToName().Replace('+', '-')}", route.Degradation, true)),
        new("classify", null, false),
    ];

    /// <summary>The router of one frame by itself, or of a camera whose frames follow each other.</summary>
    public SingleRouter CreateRouter(bool isStream) => new(
        isStream ? new RoutingOptions { FixedRoute = Route }
        : new RoutingOptions { FixedRoute = Route, ClassifyEveryFrames = 1 });

    /// <summary>Routes that its frames may take; of classify none, since nothing is restored.</summary>
    public IEnumerable<Degradation> ListRoutes(PackageManifest manifest) =>
        !Restores ? [] : Route is { } route ? [route] : manifest.Routes.Select(route => route.Degradation);

    /// <summary>Why its frames would fail; null when they would not.</summary>
    public string? FindFault(Restorer restorer) => Route is null ? null
        : restorer.ReadRoutes().Single(route => route.Degradation == Route).Fault;

    public ModelMetadataResponse Describe(string version)
    {
        var response = new ModelMetadataResponse { Name = Name, Platform = "onnx_onnxv1" };
        response.Versions.Add(version);
        response.Inputs.Add(new ModelMetadataResponse.Types.TensorMetadata
        {
            Name = InputName,
            Datatype = "UINT8",
            Shape = { Pixels },
        });
        response.Outputs.AddRange(Outputs.Select(output => new ModelMetadataResponse.Types.TensorMetadata
        {
            Name = output.Name,
            Datatype = output.Datatype,
            Shape = { output.Shape },
        }));
        return response;
    }

    public ModelConfig Configure()
    {
        var config = new ModelConfig { Name = Name, Platform = "onnxruntime_onnx", Backend = "onnxruntime" };
        config.ModelTransactionPolicy = new ModelTransactionPolicy();
        config.Input.Add(new ModelInput
        {
            Name = InputName,
            DataType = DataType.TypeUint8,
            Format = ModelInput.Types.Format.Nhwc,
            Dims = { Pixels },
        });
        config.Output.AddRange(Outputs.Select(output => new ModelOutput
        {
            Name = output.Name,
            DataType = output.Type,
            Dims = { output.Shape },
        }));
        return config;
    }
}

/// <summary>One output tensor, in both of the protocol's ways to name its type.</summary>
internal sealed record InferenceOutput(string Name, string Datatype, DataType Type, long[] Shape);
