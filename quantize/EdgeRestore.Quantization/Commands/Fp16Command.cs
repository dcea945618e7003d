using System.CommandLine;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>fp16 PACKAGE</c>: every route typed FP16.</summary>
internal static class Fp16Command
{
    private const double DefaultMaxDrop = 0.01;

    private const string Help = $"""
        Writes a package in FP16: half the size, and about twice as fast where the processor computes in it.

        Pixels, sums of squares, softmax and what FP16 would lose stay in FP32. Every route is run on held-out
        photographs beside its FP32 form; NaN, infinity or a loss above --max-drop fails it, and the package is written
        all the same, to be looked at. CPUs mostly do not compute in FP16: there this package is smaller, not faster.

        {GraphOptions.Help}

        Example:
          ./edgerestore quantize fp16 deploy/models/edgerestore-default --out edgerestore-fp16
          ./edgerestore quantize fp16 detector.onnx --frames photographs --side 640 --out detector.fp16.onnx

        Exit codes: 0 done; 1 written, but a route lost more than --max-drop, a file is below --min-psnr; 2 wrong
        command line; 5 cannot run (package, photographs, disk); 130 interrupted.
        """;

    public static Command Create()
    {
        var options = new ConversionOptions(DefaultMaxDrop);
        var command = new Command("fp16", Help);
        options.AddTo(command);
        var (graphs, frames) = (new GraphOptions(), new FramesOption());
        graphs.AddTo(command);
        GraphOptions.AddTo(command, frames);
        command.SetAction(async (parsed, token) =>
        {
            var source = parsed.GetRequiredValue(options.Package);
            if (GraphOptions.IsGraph(source))
            {
                return await new GraphConversion(parsed, graphs, frames).RunFp16Async(
                    source, parsed.GetRequiredValue(options.Output), parsed.GetValue(options.Replace), token);
            }

            return options.Run(
                parsed,
                ModelPackage.Open(source),
                "fp16",
                "fp16",
                (_, graph) =>
                {
                    var half = HalfGraph.Build(graph);
                    return new(half, half);
                },
                token);
        });
        return command;
    }
}
