using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Search;

/// <summary>A form that was found, with its graph; FP32's own graph where nothing was taken.</summary>
/// <param name="Outcome">What it costs and gains.</param>
/// <param name="Graph">What the package gets.</param>
/// <param name="Judged">What a CPU judges it by.</param>
internal sealed record RouteForm(RouteOutcome Outcome, OnnxFile Graph, OnnxFile Judged);
