using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using EdgeRestore.Quantization.Foreign;

namespace EdgeRestore.Quantization.Commands;

/// <summary>The options that only count where an ONNX file stands in the place of a package.</summary>
internal sealed class GraphOptions
{
    /// <summary>What the help of every command that takes one says about it.</summary>
    public const string Help = """
        In place of a package it takes one ONNX file of anybody's (opset 11 to 20, float32, one image in as float
        (N, channels, height, width)): --out is then a file, images of --frames calibrate it and, others of them, judge
        it by its distance from FP32's outputs. How pixels become its input is said with --pixels, --mean, --std, --bgr.
        """;

    private const double DefaultMinPsnr = 40;

    public Option<string> Pixels { get; } = new Option<string>("--pixels")
    {
        Description = "ONNX file: what black and white are: 0..1, 0..255 or -1..1",
        DefaultValueFactory = _ => "0..1",
    }.OneOf("0..1", "0..255", "-1..1");

    public Option<ImmutableArray<float>> Mean { get; } =
        PerChannel("--mean", "taken off each channel, in units of --pixels", 0);

    public Option<ImmutableArray<float>> Deviation { get; } =
        PerChannel("--std", "what each channel is divided by then", 1);

    public Option<bool> Bgr { get; } = new("--bgr") { Description = "ONNX file: its first channel is blue" };

    public Option<double> MinPsnr { get; } = new Option<double>("--min-psnr")
    {
        Description = "ONNX file: least PSNR in dB between its outputs and FP32's, of the outputs' range",
        HelpName = "dB",
        DefaultValueFactory = _ => DefaultMinPsnr,
    }.Between(0, 120, "dB");

    public static bool IsGraph(string path) =>
        path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);

    public void AddTo(Command command)
    {
        command.Add(Pixels);
        command.Add(Mean);
        command.Add(Deviation);
        command.Add(Bgr);
        command.Add(MinPsnr);
    }

    /// <summary>Adds those of the options for frames that count for a file.</summary>
    public static void AddTo(Command command, FramesOption frames)
    {
        frames.Frames.Required = false;
        frames.Frames.Description = "ONNX file: folder of images, or a video (through ffmpeg)";
        frames.FramesPerRoute.Description = "ONNX file: most images to calibrate with";
        frames.Side.Description = "ONNX file: longest side in pixels of what is taken of an image; where the graph "
            + "fixes its size, that counts";
        command.Add(frames.Frames);
        command.Add(frames.FramesPerRoute);
        command.Add(frames.Side);
        command.Add(frames.Memory);
        command.Add(frames.Threads);
    }

    public FrameInput Input(ParseResult parsed)
    {
        var pixels = parsed.GetRequiredValue(Pixels);
        return new()
        {
            Range = pixels switch { "0..255" => (0, 255), "-1..1" => (-1, 1), _ => (0, 1) },
            Mean = parsed.GetValue(Mean) is { IsDefault: false } mean ? mean : [0, 0, 0],
            Deviation = parsed.GetValue(Deviation) is { IsDefault: false } deviation ? deviation : [1, 1, 1],
            IsBgr = parsed.GetValue(Bgr),
        };
    }

    private static Option<ImmutableArray<float>> PerChannel(string name, string description, float value) => new(name)
    {
        Description = $"ONNX file: {description}; one number, or three with commas between; {value} when not given",
        HelpName = "numbers",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var numbers = text.Split(',')
                .Select(
                    part => float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                        ? number
                        : float.NaN)
                .ToList();
            if (numbers.Count is not (1 or 3)
                || numbers.Any(number => !float.IsFinite(number) || (value == 1 && number <= 0)))
            {
                result.AddError(
                    $"{name} is '{text}'. Allowed: one number or three{(value == 1 ? " above 0" : "")}, such as "
                    + $"0.485,0.456,0.406.");
                return [];
            }

            return numbers.Count == 3 ? [.. numbers] : [numbers[0], numbers[0], numbers[0]];
        },
    };
}
