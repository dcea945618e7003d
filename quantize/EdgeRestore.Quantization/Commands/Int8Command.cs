using System.CommandLine;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>int8 PACKAGE</c>: every route's convolutions in 8 bits.</summary>
internal static class Int8Command
{
    private const double DefaultMaxDrop = 0.1;

    private const string Help = $"""
        Writes a package whose convolutions compute in 8 bits, with ranges from a calibration.

        --profile cpu keeps everything between convolutions in 8 bits too, as ONNX Runtime's CPU provider wants it; that
        every convolution is fused is read from the optimised graph. --profile tensorrt puts symmetric 8 bits in front
        of convolutions and FP16 around them. The first and the last convolution keep floating point. Every route is run
        on held-out photographs beside its FP32 form.

        {GraphOptions.Help}

        Example:
          ./edgerestore quantize int8 deploy/models/edgerestore-default --calibration default.calibration \
            --out edgerestore-int8
          ./edgerestore quantize int8 detector.onnx --frames photographs --side 640 --out detector.int8.onnx

        A file is timed beside FP32, with a warning where FP32 is faster; 'quantize auto' keeps FP32 there.

        A route of which no convolution can be in 8 bits stays FP32, under that name; where that is so of all, or of a
        file, nothing is written.

        Exit codes: 0 done; 1 written, but a route lost more than --max-drop or stays FP32, a file is below --min-psnr;
        2 wrong command line; 5 cannot run (nothing can be in 8 bits, package, calibration, photographs, disk); 130
        interrupted.
        """;

    public static Command Create()
    {
        var calibration = new Option<string?>("--calibration")
        {
            Description = "The calibration of this package, from 'quantize calibrate'; a package needs it",
            HelpName = "file",
        };
        var profile = new Option<string>("--profile")
        {
            Description = "What the package is to run on: cpu or tensorrt",
            DefaultValueFactory = _ => "cpu",
        };
        profile.OneOf("cpu", "tensorrt");
        var method = new Option<string>("--method")
        {
            Description = "How ranges follow from what the calibration saw: minmax, percentile, entropy or mse",
            DefaultValueFactory = _ => RangeMethod.Mse.ToName(),
        };
        method.OneOf([.. Enum.GetValues<RangeMethod>().Select(RangeMethods.ToName)]);
        var options = new ConversionOptions(DefaultMaxDrop);
        var command = new Command("int8", Help) { calibration, profile, method };
        options.AddTo(command);
        var (graphs, frames) = (new GraphOptions(), new FramesOption());
        graphs.AddTo(command);
        GraphOptions.AddTo(command, frames);
        command.Validators.Add(result =>
        {
            if (result.GetValue(options.Package) is { } source
                && !GraphOptions.IsGraph(source)
                && result.GetValue(calibration) is null)
            {
                result.AddError(
                    "--calibration is missing. Allowed: the file that 'quantize calibrate' made of this package.");
            }
        });
        command.SetAction(async (parsed, token) =>
        {
            var source = parsed.GetRequiredValue(options.Package);
            var name = parsed.GetRequiredValue(profile);
            var plan = name == "cpu" ? QuantizationPlan.ForCpu : QuantizationPlan.ForTensorRt;
            var ranges = RangeMethods.Find(parsed.GetRequiredValue(method))!.Value;
            if (GraphOptions.IsGraph(source))
            {
                return await new GraphConversion(parsed, graphs, frames).RunInt8Async(
                    source, parsed.GetRequiredValue(options.Output), parsed.GetValue(options.Replace), plan, ranges,
                    token);
            }

            var package = ModelPackage.Open(source);
            var seen = CalibrationFile.Load(parsed.GetValue(calibration)!);
            seen.Require(package);
            return options.Run(
                parsed, package, $"int8-{name}", "int8",
                (file, graph) => Convert(
                    file, graph, seen.TableOf(file, ranges), seen.ChannelsOf(file), plan,
                    parsed.InvocationConfiguration.Output),
                token);
        });
        return command;
    }

    private static ConvertedGraph? Convert(
        string file, OnnxFile graph, IReadOnlyDictionary<string, TensorRange> ranges,
        IReadOnlyDictionary<string, ChannelStatistics> channels, QuantizationPlan plan, TextWriter output)
    {
        var quantized = QuantizedGraph.Build(graph, ranges, plan, channels);
        if (!quantized.HasEightBits)
        {
            output.WriteLine(
                $"{file}: stays fp32, none of its {quantized.FloatConvolutions.Count} convolutions can be in 8 bits "
                + $"({quantized.FloatReasons})");
            return null;
        }

        if (plan.Profile == QuantizationProfile.Cpu)
        {
            // No FP32 graph stands beside it whose weights and scales it could read: what stays in floating point is
            // stored in half the bytes, and widened when ONNX Runtime loads it, before it fuses.
            quantized = quantized with { File = HalfGraph.Store(quantized.File) };
            quantized = quantized with { Judged = quantized.File };
            FusionReport.Of(quantized.File).RequireFused(quantized, file);
        }

        output.WriteLine(
            $"{file}: {quantized.QuantizedConvolutions.Length} convolutions in 8 bits, "
            + $"{quantized.FloatConvolutions.Count} not ({quantized.FloatReasons})");
        return new(quantized.File, quantized.Judged);
    }
}
