using System.CommandLine;
using System.Security.Cryptography;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Imports;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Training.Commands;

/// <summary><c>import FILE</c>: somebody else's checkpoint to weights of ours.</summary>
internal static class ImportCommand
{
    private const string Help = """
        Reads the weights of a checkpoint: PyTorch (.pth, .pt, .ckpt; zip, or from before version 1.6) or safetensors.

        The file is read as data: nothing in it is executed, and whatever weights do not need is refused by name. Of
        several sets in one file the average is taken (params_ema before params, then state_dict and model); prefixes such
        as module. are taken off. The network is found by the names and shapes of the tensors; where they differ from the
        network that is named, every missing, extra and differently shaped one is listed.

        Example:
          ./edgerestore import net_g_300000.pth --out symunet.safetensors
          ./edgerestore import net_g_300000.pth --take params --network symunet --out symunet.safetensors

        Exit codes: 0 done; 2 wrong command line; 5 cannot run (file, network, disk).
        """;

    public static Command Build()
    {
        var file = new Argument<string>("file") { Description = "The checkpoint." };
        var output = new Option<string>("--out")
        {
            Description = "The safetensors file to write, for export onnx and train --weights.",
            Required = true,
        };
        var take = new Option<string?>("--take")
        {
            Description = "The set of tensors to take, such as params. Default: the average, if there is one.",
        };
        var network = new Option<string?>("--network")
        {
            Description = "The network that it must be. Default: found by names and shapes.",
        };
        network.OneOf([.. NetworkPresets.Names]);
        var replace = new Option<bool>("--replace") { Description = "Replaces a file that is there." };
        var command = new Command("import", Help) { file, output, take, network, replace };
        command.SetAction(result =>
        {
            var request = new ImportRequest(
                result.GetRequiredValue(file),
                result.GetRequiredValue(output),
                result.GetValue(take),
                result.GetValue(network),
                result.GetValue(replace));
            Run(request, result.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }

    internal static void Run(ImportRequest request, TextWriter output)
    {
        Outputs.CheckFree(request.OutputPath, request.Replace);
        using var file = CheckpointFile.Open(request.Path);
        var import = WeightImport.Match(
            file, request.Set, request.Network is { } preset ? NetworkPresets.Create(preset) : null);
        output.WriteLine($"{request.Path} is {file.Format} with {string.Join(", ", file.Sets.Select(Text))}.");
        var imported = import.Read();
        imported.Weights.Metadata["origin"] = Path.GetFileName(request.Path);
        imported.Weights.Metadata["origin-set"] = import.Set.Name;
        imported.Weights.Metadata["origin-sha256"] = Sha256(request.Path);
        Outputs.Write(request.OutputPath, imported.Write);

        var types = import.Set.Tensors.Values.Select(tensor => $"{tensor.Type}".ToLowerInvariant()).Distinct();
        var prefixes = string.Join(" and ", import.RemovedPrefixes.Select(prefix => $"'{prefix}'"));
        output.WriteLine(
            $"Taken: {Text(import.Set)}, {string.Join(" and ", types)}"
            + (prefixes.Length > 0 ? $", names without {prefixes}" : "")
            + (import.PassedOver.Count > 0 ? $", {import.PassedOver.Count} of no use left behind" : "") + ".");
        output.WriteLine(
            $"Network: {imported.Network.Preset}, {NetworkCost.Of(imported.Network).Parameters} parameters in "
            + $"{imported.Weights.Count} tensors: {imported.Network.ToConfigJson()}");
        output.WriteLine($"Wrote {request.OutputPath}.");
    }

    private static string Text(TensorSet set) => set.Name.Length == 0
        ? $"{set.Tensors.Count} tensors"
        : $"{set.Tensors.Count} tensors in '{set.Name}'";

    private static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}

/// <summary>What is imported, and where it goes.</summary>
internal sealed record ImportRequest(
    string Path, string OutputPath, string? Set = null, string? Network = null, bool Replace = false);
