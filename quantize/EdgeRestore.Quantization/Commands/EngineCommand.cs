using System.CommandLine;
using EdgeRestore.Inference.Caching;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize engine</c>: TensorRT engines of this machine.</summary>
internal static class EngineCommand
{
    private const string Help = """
        Plans, builds and looks after TensorRT engines. They are built on the device that runs them, by this command
        alone: a daemon serves on CUDA or the CPU until an engine is there, and takes it up by itself.

        Example: ./edgerestore quantize engine plan deploy/models/edgerestore-default --for orin-nx --shape 1920x1080

        Exit codes: 0 done; 2 wrong command line; 5 cannot run; each command's help tells more.
        """;

    public static Command Create() => new("engine", Help)
    {
        EnginePlanCommand.Create(),
        EngineBuildCommand.Create(),
        EngineCacheCommands.CreateList(),
        EngineCacheCommands.CreateVerify(),
        EngineCacheCommands.CreateClean(),
    };

    internal static Argument<string> CreatePackage() => new("package") { Description = "Folder of the package" };

    internal static Option<string?> CreateCache() => new("--cache", "--engines")
    {
        Description = $"Folder of the engines; ${EngineCache.DirectoryVariable} or ~/.cache/edgerestore/engines when "
            + "not given",
        HelpName = "folder",
    };

    internal static Option<string?> CreateOnnxRuntime() => new("--onnxruntime")
    {
        Description = "Folder of another ONNX Runtime, such as JetPack's",
        HelpName = "folder",
    };

    internal static Option<string[]> CreateShape()
    {
        var option = new Option<string[]>("--shape")
        {
            Description = "Frames to build for: 1920x1080, or least..tuned..most as in 640x360..1280x720..1920x1080; "
                + "may be repeated",
            HelpName = "size",
        };
        option.Validators.Add(result =>
        {
            foreach (var text in result.Tokens.Select(token => token.Value).Where(
                text => EngineShapes.TryParse(text) is null))
            {
                result.AddError(
                    $"--shape is '{text}'. Allowed: WIDTHxHEIGHT with sides of 1 to {EngineSize.MaxSidePixels}, or "
                    + "three of them, each no smaller than the one before, with '..' between.");
            }
        });
        return option;
    }

    internal static Option<string> CreatePrecision() => new Option<string>("--precision")
    {
        Description = "Form of the routes; auto takes int8 for TensorRT, else fp16, else the route's own",
        DefaultValueFactory = _ => "auto",
    }.OneOf("auto", "fp32", "fp16", "int8");

    internal static Option<int> CreateLevel() => new Option<int>("--level")
    {
        Description = "How long TensorRT searches for kernels",
        HelpName = "0-5",
        DefaultValueFactory = _ => new BuilderOptions().Level,
    }.Between(0, 5);

    internal static IReadOnlyList<EngineShapes> Parse(string[]? shapes) =>
        [.. (shapes ?? []).Select(text => EngineShapes.TryParse(text)!).Distinct()];
}
