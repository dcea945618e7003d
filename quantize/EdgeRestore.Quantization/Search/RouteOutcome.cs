using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace EdgeRestore.Quantization.Search;

/// <summary>What a search found for one graph, with the price of every decision.</summary>
public sealed record RouteOutcome
{
    public required string File { get; init; }

    /// <summary>What the form was made for: <c>cpu</c>, <c>cuda</c> or <c>tensorrt</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>
    /// What everything here was found for: package, calibration and settings; another key is another search.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>The form that is taken: <c>int8</c>, <c>fp16</c> or <c>fp32</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Convolutions that stay in floating point beyond those that the profile protects.</summary>
    public required ImmutableArray<string> FloatNodes { get; init; }

    /// <summary>Whether what enters sums of the finest resolution is left in floating point.</summary>
    public required bool ProtectsFinestSums { get; init; }

    /// <summary>Convolutions in 8 bits, and in all.</summary>
    public required int QuantizedCount { get; init; }

    public required int ConvolutionCount { get; init; }

    /// <summary>What the form taken costs.</summary>
    public required ImmutableArray<DegradationCost> Costs { get; init; }

    /// <summary>
    /// Median milliseconds of processor time for a frame, in FP32 and in the form; null where not measured.
    /// </summary>
    public double? ReferenceMs { get; init; }

    public double? Ms { get; init; }

    public required ImmutableArray<GroupSensitivity> Sensitivity { get; init; }

    public required ImmutableArray<TensorFidelity> Tensors { get; init; }

    public required ImmutableArray<SearchStep> Steps { get; init; }

    /// <summary>How many times as fast as FP32.</summary>
    [JsonIgnore]
    public double? Speedup => ReferenceMs / Ms;

    /// <summary>Largest mean loss of a degradation in dB; null where nobody knows.</summary>
    [JsonIgnore]
    public double? Drop => Costs.Max(cost => cost.Drop);

    /// <summary>Whether the form goes into the package.</summary>
    [JsonIgnore]
    public bool IsTaken => Precision != "fp32";
}

/// <summary>What becomes of the output when one group alone has 8 bits.</summary>
/// <param name="Name">The group's module.</param>
/// <param name="Convolutions">How many it has.</param>
/// <param name="PsnrByDegradation">PSNR against FP32's output in dB, by degradation.</param>
public sealed record GroupSensitivity(
    string Name, int Convolutions, ImmutableSortedDictionary<string, double> PsnrByDegradation)
{
    /// <summary>The degradation that it hurts most decides.</summary>
    [JsonIgnore]
    public double LeastPsnr => PsnrByDegradation.Values.Min();
}

/// <summary>How well 8 bits represent one tensor, from its counts.</summary>
/// <param name="Name">In the FP32 graph.</param>
/// <param name="Min">Least value that was seen.</param>
/// <param name="Max">Largest.</param>
/// <param name="Low">Least value that 8 bits represent.</param>
/// <param name="High">Largest.</param>
/// <param name="ClippedShare">Share of values outside of that.</param>
/// <param name="SqnrDecibels">Signal over quantisation noise.</param>
public sealed record TensorFidelity(
    string Name, float Min, float Max, float Low, float High, double ClippedShare, double SqnrDecibels);

/// <summary>One decision of a search.</summary>
/// <param name="What">What was tried.</param>
/// <param name="Drop">Largest mean loss of a degradation in dB; null without clean frames.</param>
/// <param name="PsnrBetween">Least mean PSNR between the results, over degradations.</param>
/// <param name="Decision">What followed.</param>
public sealed record SearchStep(string What, double? Drop, double PsnrBetween, string Decision);
