using System.CommandLine;
using System.Text;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Tables;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize calibration export</c>.</summary>
internal static class CalibrationExportCommand
{
    private const string Help = """
        Writes a calibration as tables for TensorRT up to 10, two for each network: NETWORK.flatbuffers for ONNX Runtime
        (trt_int8_calibration_table_name) and NETWORK.cache, TensorRT's own text (with
        trt_int8_use_native_calibration_table). For programs that want them: EdgeRestore's own packages hold their
        precision in the graph, and TensorRT 11 takes no table. With --package it also says which tensors of a network
        have no range, each of which TensorRT wants.

        Example: ./edgerestore quantize calibration export calibration.ercal --out tables --tensorrt 10.3.0

        Exit codes: 0 written; 1 written, but tensors lack a range; 2 wrong command line; 5 cannot run (calibration,
        disk).
        """;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The calibration" };
        var @out = new Option<string>("--out")
        {
            Description = "Folder of the tables",
            HelpName = "folder",
            Required = true,
        };
        var package = new Option<string?>("--package")
        {
            Description = "The package that was calibrated",
            HelpName = "folder",
        };
        var method = new Option<string>("--method")
        {
            Description = "How ranges follow from what calibration saw",
            DefaultValueFactory = _ => RangeMethod.Entropy.ToName(),
        };
        method.OneOf([.. Enum.GetValues<RangeMethod>().Select(known => known.ToName())]);
        var version = new Option<string>("--tensorrt")
        {
            Description = "Version that the native table names",
            HelpName = "version",
            DefaultValueFactory = _ => "10.3.0",
        };
        version.Validators.Add(result =>
        {
            if (CalibrationTable.ParseVersion(result.GetValueOrDefault<string>() ?? "") is null)
            {
                result.AddError(
                    $"--tensorrt is '{result.GetValueOrDefault<string>()}'. Allowed: 7 to 10, such as 10.3.0; later "
                    + "ones take no table.");
            }
        });
        var command = new Command("export", Help) { file, @out, package, method, version };
        command.SetAction(async parsed =>
        {
            var calibration = CalibrationFile.Load(parsed.GetRequiredValue(file));
            var opened = parsed.GetValue(package) is { } folder ? ModelPackage.Open(folder) : null;
            if (opened is not null)
            {
                calibration.Require(opened);
            }

            var ranges = RangeMethods.Find(parsed.GetRequiredValue(method))!.Value;
            var output = parsed.InvocationConfiguration.Output;
            var lackCount = 0;
            foreach (var graph in calibration.Graphs)
            {
                var table = new CalibrationTable(calibration.TableOf(graph.File, ranges));
                var stem = Path.Combine(parsed.GetRequiredValue(@out), Path.GetFileNameWithoutExtension(graph.File));
                WholeFile.Write(stem + ".flatbuffers", stream => stream.Write(table.ToFlatBuffers()));
                var native = table.ToNative(
                    CalibrationTable.ParseVersion(parsed.GetRequiredValue(version))!.Value, ranges);
                WholeFile.Write(stem + ".cache", stream => stream.Write(Encoding.UTF8.GetBytes(native)));
                await output.WriteLineAsync(
                    $"{graph.File}: {table.Magnitudes.Count} tensors, {stem}.flatbuffers and {stem}.cache");
                if (opened is not null && FindLacking(opened.GetPath(graph.File), table) is { Count: > 0 } lacking)
                {
                    lackCount += lacking.Count;
                    var first = string.Join(", ", lacking.Take(5)) + (lacking.Count > 5 ? ", ..." : "");
                    await output.WriteLineAsync($"  {lacking.Count} values have no range: {first}");
                }
            }

            return lackCount == 0 ? ExitCode.Done : ExitCode.PartFailed;
        });
        return command;
    }

    private static IReadOnlyList<string> FindLacking(string path, CalibrationTable table)
    {
        var graph = OnnxFile.Read(path).Graph;
        return
        [
            .. graph.Nodes.SelectMany(node => node.Outputs)
                .Where(name => name.Length > 0 && !table.Magnitudes.ContainsKey(name))
                .Order(StringComparer.Ordinal),
        ];
    }
}
