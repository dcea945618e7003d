using System.CommandLine;
using System.Globalization;
using EdgeRestore.Degradations;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Photographs;
using EdgeRestore.Quantization.Conversion;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Commands;

/// <summary>What a conversion made of a graph.</summary>
/// <param name="Written">To be written.</param>
/// <param name="Judged">To be run in its place on this machine.</param>
internal sealed record ConvertedGraph(OnnxFile Written, OnnxFile Judged);

/// <summary>What the commands that write a package have in common: where to, and how the result is judged.</summary>
internal sealed class ConversionOptions
{
    private const int DefaultImageCount = 4;

    public Argument<string> Package { get; } = new("package")
    {
        Description = "Folder of the FP32 package, or an ONNX file; it is not changed",
    };

    public Option<string> Output { get; } = new("--out")
    {
        Description = "Folder of the new package, or the new file",
        Required = true,
        HelpName = "folder",
    };

    public Option<bool> Replace { get; } = new("--replace")
    {
        Description = "Replaces a package or a file that is there",
    };

    public Option<string?> Photographs { get; } = new("--photographs")
    {
        Description = "Folder with the held-out photographs to judge on; .edgerestore/photographs when not given",
        HelpName = "folder",
    };

    public Option<int> Images { get; } = new Option<int>("--images")
    {
        Description = "How many held-out photographs to judge on, 0 for none",
        DefaultValueFactory = _ => DefaultImageCount,
        HelpName = "0-24",
    }.Between(0, 24);

    public Option<double> MaxDrop { get; } = new Option<double>("--max-drop")
    {
        Description = "Most PSNR that a route may lose against FP32, in dB",
        HelpName = "dB",
    }.Between(0, 60, "dB");

    public ConversionOptions(double defaultMaxDrop) => MaxDrop.DefaultValueFactory = _ => defaultMaxDrop;

    public void AddTo(Command command)
    {
        command.Add(Package);
        command.Add(Output);
        command.Add(Replace);
        command.Add(Photographs);
        command.Add(Images);
        command.Add(MaxDrop);
    }

    /// <summary>Converts every route, judges it, writes the package; gives the exit code.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="package">The FP32 package.</param>
    /// <param name="label">What is added to the version.</param>
    /// <param name="precision">The routes' precision.</param>
    /// <param name="convert">A route's file and graph to what becomes of them; null where it has to stay FP32.</param>
    /// <param name="token">Stops between frames; nothing is written then.</param>
    public int Run(
        ParseResult parsed, ModelPackage package, string label, string precision,
        Func<string, OnnxFile, ConvertedGraph?> convert, CancellationToken token)
    {
        var output = parsed.InvocationConfiguration.Output;
        NewPackage.RequireWritable(parsed.GetRequiredValue(Output), package, parsed.GetValue(Replace));
        var conversion = PackageConversion.Of(package);
        var converted = new Dictionary<string, (OnnxFile Graph, string Precision)>(StringComparer.Ordinal);
        var passed = true;
        using var judge = OpenJudge(parsed, output);
        foreach (var (file, graph) in conversion.Graphs)
        {
            token.ThrowIfCancellationRequested();
            var form = convert(file, graph);
            converted.Add(file, form is null ? (graph, "fp32") : (form.Written, precision));
            passed &= form is not null
                && (judge is null || Judge(parsed, judge, package, file, graph, form.Judged, token));
        }

        var unchanged = converted.Where(graph => graph.Value.Precision != precision).Select(graph => graph.Key)
            .ToHashSet(StringComparer.Ordinal);
        if (unchanged.Count == converted.Count)
        {
            throw new QuantizationException(
                $"Nothing was written: found no route of '{package.Directory}' of which anything can be in {precision} "
                + "(the lines above tell why), allowed is a package with one route or more that can. Use the package "
                + "as it is, or 'quantize fp16'.");
        }

        var result = conversion.Write(
            parsed.GetRequiredValue(Output), converted, label, parsed.GetValue(Replace),
            sharesRows: label == "int8-cpu");
        var (before, after) = (VariantPackage.SourceLengthBytes(package), VariantPackage.SourceLengthBytes(result));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Wrote {result.Directory}: {result.Manifest.Routes.Count(route => route.Precision == precision)} routes "
            + $"in {precision}, ")
            + (unchanged.Count == 0 ? "" : $"{result.Manifest.Routes.Count(route => unchanged.Contains(route.File))} "
            + $"stay fp32, ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{after / 1e6:F2} MB, {100.0 * after / before:F1} % of FP32's {before / 1e6:F2} MB."));
        return passed ? ExitCode.Done : ExitCode.PartFailed;
    }

    private EvalProtocol? OpenJudge(ParseResult parsed, TextWriter output)
    {
        if (parsed.GetValue(Images) == 0)
        {
            output.WriteLine("Not judged, as asked: nobody knows what this conversion costs.");
            return null;
        }

        var root = parsed.GetValue(Photographs)
            ?? Installation.Photographs;
        var library = new PhotographLibrary(root);
        return library.Missing(PhotographSet.HeldOut).Count == 0
            ? new EvalProtocol(library)
            : throw new QuantizationException(
            $"The conversion cannot be judged: found no complete set of held-out photographs in '{root}'. Fetch them "
            + "with ./edgerestore photographs fetch held-out, name their folder with --photographs, or ask for "
            + "--images 0.");
    }

    private bool Judge(
        ParseResult parsed, EvalProtocol judge, ModelPackage package, string file, OnnxFile graph, OnnxFile judged,
        CancellationToken token)
    {
        var output = parsed.InvocationConfiguration.Output;
        var degradations = package.Manifest.Routes.Where(route => route.File == file).Select(route => route.Degradation)
            .ToHashSet();
        var rows = EvalRow.All.Where(row => degradations.Contains(row.Degradation)).ToArray();
        var most = parsed.GetValue(MaxDrop);
        var passed = true;
        foreach (var cost in RouteJudgement.Judge(graph, judged, judge, rows, parsed.GetValue(Images), token))
        {
            var isGood = cost.Drop <= most && cost.NonFinite == 0;
            passed &= isGood;
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"  {cost.Row,-18} FP32 {cost.PsnrReference:F2} dB, now {cost.PsnrConverted:F2} dB: "
                + $"{Rounded(cost.Drop):+0.000;-0.000} lost, worst frame {Rounded(cost.WorstDrop):F3}, "
                + $"{cost.PsnrBetween:F1} dB between the two");
            if (cost.NonFinite > 0)
            {
                line += $", {cost.NonFinite} NaN or infinite values";
            }

            output.WriteLine(isGood ? line : string.Create(
                CultureInfo.InvariantCulture, $"{line}  <- over the limit of {most:F2} dB"));
        }

        return passed;
    }

    /// <summary>To thousandths, as shown: what rounds to nothing has no sign.</summary>
    internal static double Rounded(double decibels) => Math.Round(decibels, 3) + 0.0;
}
