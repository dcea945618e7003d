using System.ComponentModel.DataAnnotations;

namespace EdgeRestore.Inference;

/// <summary>How a package is run.</summary>
public sealed record RestorerOptions
{
    /// <summary>What runs the graphs: the best that works, or one that must.</summary>
    /// <value>Default <c>auto</c>; <c>tensorrt</c>, <c>cuda</c>, <c>cpu</c>.</value>
    [AllowedValues("auto", "tensorrt", "cuda", "cpu")]
    public string Device { get; init; } = "auto";

    /// <summary>Which form of the package's routes runs, where it has several.</summary>
    /// <value>Default <c>auto</c>: the one that is fastest here; <c>fp32</c>, <c>fp16</c>, <c>int8</c>.</value>
    [AllowedValues("auto", "fp32", "fp16", "int8")]
    public string Precision { get; init; } = "auto";

    /// <summary>Threads that one run uses on the CPU.</summary>
    /// <value>Default 0: as many as this process may use cores.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>
    /// Every how many frames of a stream its semantic tokens are made anew, where the package takes them; 0 for once.
    /// </summary>
    /// <value>Default 1: every frame, as the published network does.</value>
    [Range(0, 1_000_000)]
    public int TokensEveryFrames { get; init; } = 1;

    /// <summary>Runs in flight at once. More than one pays where a device copies while it computes.</summary>
    /// <value>Default 0: 1 on the CPU, where a run uses all cores; 2 elsewhere.</value>
    [Range(0, 64)]
    public int ConcurrentRunCount { get; init; }

    /// <summary>How often a frame is run again when the device fails on it.</summary>
    /// <remarks>
    /// Devices stumble: a moment without memory, a clock that changes. What fails twice in a row fails a third time.
    /// </remarks>
    /// <value>Default null: 0 on the CPU, which does not stumble; 1 elsewhere.</value>
    [Range(0, 16)]
    public int? RetryCount { get; init; }

    /// <summary>Larger frames go through the engine in overlapping tiles of at most so many pixels.</summary>
    /// <remarks>The default network takes about 340 bytes a pixel: 0.75 GB for the default.</remarks>
    /// <value>Default 2,228,224 pixels (2048 x 1088): 1920 x 1080 goes whole.</value>
    [Range(131_072, 715_827_882)]
    public int MaxTilePixels { get; init; } = 2048 * 1088;

    /// <summary>Larger frames are refused.</summary>
    /// <value>Default 12,582,912 pixels (4096 x 3072).</value>
    [Range(1, 715_827_882)]
    public int MaxFramePixels { get; init; } = 4096 * 3072;

    /// <summary>Whether <see cref="Restorer.Load"/> builds every engine, or each is built when first taken.</summary>
    /// <value>Default false.</value>
    public bool Preload { get; init; }

    /// <summary>Folder of another ONNX Runtime 1.29, such as JetPack's. One per process.</summary>
    /// <value>Default null: EDGERESTORE_ONNXRUNTIME_DIRECTORY, or else the one that was built in.</value>
    public string? OnnxRuntimeDirectory { get; init; }

    /// <summary>Folder of TensorRT engines, which <c>quantize engine build</c> fills; read only.</summary>
    /// <value>Default null: EDGERESTORE_ENGINES, or else the user's own cache.</value>
    public string? EngineDirectory { get; init; }
}
