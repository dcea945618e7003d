using System.CommandLine;
using System.Globalization;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Training.Checkpoints;

namespace EdgeRestore.Training.Commands;

/// <summary><c>export onnx</c>: one network with its weights to one ONNX file.</summary>
internal static class ExportOnnxCommand
{
    private const string Help = """
        Writes one network with its weights as one ONNX file (opset 17); the same weights give the same bytes.

        The graph takes bytes and gives bytes: frame uint8 (N, H, W, 3) RGB and strength float (1) to restored uint8, with
        conversion, padding, clamp and rounding inside, and the count of values that are not finite and the range before
        the clamp beside it. With --float it is the network alone: image float (N, 3, H, W) in [0, 1] to output, not
        clamped. Batch, height and width are open unless --size fixes them.

        With --embedding a network of prompts (csnet) takes a frame's own embedding in the place of a degradation's row, brought
        to the mean length of its prompts: the form that is not snapped to a class, for evaluate --unsnapped.

        Example:
          ./edgerestore export onnx --weights symunet.safetensors --out symunet.onnx
          ./edgerestore export onnx --weights .edgerestore/runs/csnet-s-text/checkpoint.safetensors --embedding --out unsnapped.onnx
          ./edgerestore export onnx --weights symunet.safetensors --size 480x640 --float --out symunet-480x640.onnx

        Exit codes: 0 done; 2 wrong command line; 5 cannot run (weights, size, disk).
        """;

    public static Command Build()
    {
        var weights = new Option<string>("--weights")
        {
            Description =
                "What import wrote, or the checkpoint.safetensors of a run, whose averaged weights are taken.",
            Required = true,
        };
        var output = new Option<string>("--out") { Description = "The ONNX file to write.", Required = true };
        var size = new Option<FixedSize?>("--size")
        {
            Description = "HEIGHTxWIDTH: fixes the frame's size. Default: any size.",
            CustomParser = result =>
            {
                var sides = result.Tokens[0].Value.Split('x');
                if (sides.Length == 2
                    && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
                    && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out var width))
                {
                    return new FixedSize(1, height, width);
                }

                result.AddError($"--size is '{result.Tokens[0].Value}'; write HEIGHTxWIDTH, such as 480x640.");
                return null;
            },
        };
        var batch = new Option<int>("--batch")
        {
            Description = "Frames at once, where --size fixes the size.",
            DefaultValueFactory = _ => 1,
        };
        var isFloat = new Option<bool>("--float") { Description = "The network alone, floats in and out." };
        var embedding = new Option<bool>("--embedding")
        {
            Description = "A csnet steered by an embedding instead of a degradation's row.",
        };
        var replace = new Option<bool>("--replace") { Description = "Replaces a file that is there." };
        var command = new Command("onnx", Help) { weights, output, size, batch, isFloat, embedding, replace };
        command.SetAction(result =>
        {
            var fixedSize = result.GetValue(size);
            Run(
                new(
                    result.GetRequiredValue(weights),
                    result.GetRequiredValue(output),
                    fixedSize is null ? null : fixedSize with { Batch = result.GetValue(batch) },
                    result.GetValue(isFloat),
                    result.GetValue(replace),
                    result.GetValue(embedding)),
                result.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }

    internal static void Run(ExportOnnxRequest request, TextWriter output)
    {
        Outputs.CheckFree(request.OutputPath, request.Replace);
        var (network, weights) = Checkpoint.LoadNetwork(request.WeightsPath);
        network = request.TakesEmbedding ? Unsnapped(network, weights, request.WeightsPath) : network;
        var file = request.IsFloat
            ? RestorationExport.ToFloat(network, weights, request.Size)
            : RestorationExport.ToServing(network, weights, request.Size);
        var bytes = file.ToBytes();
        Outputs.Write(request.OutputPath, path => File.WriteAllBytes(path, bytes));
        output.WriteLine(
            $"Wrote {request.OutputPath}: {network.Preset}, {bytes.Length / 1e6:F1} MB, opset {OnnxFile.DefaultOpset}, "
            + $"{Text(file.Graph.Inputs)} to {Text(file.Graph.Outputs)}.");
    }

    private static CSNet Unsnapped(RestorationNetwork network, NamedTensors weights, string path) =>
        network is CSNet selecting
            ? new CSNet(selecting.Config)
            {
                TakesEmbedding = true,
                EmbeddingLength = PromptVectors.MeanLength(
                    weights[CSNet.PromptTable].Values, selecting.Config.PromptSize),
            }
            : throw new EdgeRestoreException(
                $"'{path}' is of a '{network.Preset}', which takes no prompts that an embedding could stand for. Name "
                + "the run of a csnet, or leave --embedding out.");

    private static string Text(IEnumerable<ValueDefinition> values) =>
        string.Join(", ", values.Select(value => $"{value.Name} {value.Type}"));
}

/// <summary>What is exported as which graph.</summary>
internal sealed record ExportOnnxRequest(
    string WeightsPath, string OutputPath, FixedSize? Size = null, bool IsFloat = false, bool Replace = false,
    bool TakesEmbedding = false);
