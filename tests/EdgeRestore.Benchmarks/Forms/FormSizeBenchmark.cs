using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Conversion;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Search;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary>Bytes of the package in each precision, over those of its FP32 files.</summary>
internal static class FormSizeBenchmark
{
    // Targets.
    public const double Int8Max = 30;
    public const double HalfMax = 52;

    public static void Run(FormPackage forms, string scratch, BenchmarkReport report)
    {
        var single = VariantPackage.SourceLengthBytes(forms.Package);
        report.Add("FP32 files of the package", $"{single / 1e6:F2} MB");
        report.AddAtMost(
            "INT8 forms beside FP32, % of FP32",
            100.0 * forms.Package.Manifest.Files.Where(file => file.Path.Contains("int8-cpu", StringComparison.Ordinal))
                .Sum(file => file.LengthBytes) / single,
            Int8Max, "F1");
        report.AddAtMost(
            "INT8 package by itself, % of FP32", 100 * LengthOf(route => HalfGraph.Store(route.Int8), "int8") / single,
            Int8Max, "F1");
        report.AddAtMost(
            "FP16 package by itself, % of FP32", 100 * LengthOf(route => route.Half, "fp16") / single, HalfMax, "F1");
        report.Add(
            "all forms beside FP32 in one package, % of FP32",
            $"{100.0 * (forms.Package.Manifest.Files.Sum(file => file.LengthBytes) - single) / single:F1}");

        double LengthOf(Func<RouteForms, OnnxFile> form, string precision)
        {
            var converted = forms.Routes.DistinctBy(route => route.File).ToDictionary(
                route => route.File, route => (form(route), precision), StringComparer.Ordinal);
            return PackageConversion.Of(forms.Package)
                .Write(
                    Path.Combine(scratch, precision), converted, precision, replace: true,
                    sharesRows: precision == "int8")
                .Manifest.Files.Sum(file => file.LengthBytes);
        }
    }
}
