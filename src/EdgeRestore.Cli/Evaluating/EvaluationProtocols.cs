using EdgeRestore.Degradations;
using EdgeRestore.Pairs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>The protocols by name, and the convention to print beside their figures.</summary>
internal static class EvaluationProtocols
{
    // The tables of all-in-one restoration differ in crops; what comes out of a package is always bytes.
    private const string PairConvention =
        "RGB, 8 bit in and out (rounded, clamped), PSNR per image over all channels capped at 60 dB and averaged, SSIM "
        + "skimage7";

    /// <summary>Names for help and messages.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        EvalProtocol.Name,
        EvalProtocol.SecondName,

        // Of generic pairs nobody knows what is wrong with them.
        .. PairLayout.All.Where(layout => layout.NamesDegradations || layout.Degradation is not null)
            .Select(layout => layout.Name),
    ];

    /// <summary>The convention of a protocol; of pairs, with the crop that its table takes.</summary>
    public static string ConventionOf(string name) => PairLayout.Find(name) is not { } layout
        ? EvalProtocol.Convention
        : $"{PairConvention}, {CropOf(layout)}; pairs: {layout.Convention}";

    /// <summary>Sides are floored to multiples of this, about the centre; 1 takes whole images.</summary>
    /// <remarks>
    /// AirNet, PromptIR and DFPIR crop to multiples of 16 (utils/val_utils.py); OneRestore (CDD-11), GoPro and LOL take
    /// whole images.
    /// </remarks>
    public static int SideMultipleOf(PairLayout layout) => layout.Name is "rain100l" or "reside" or "bsd-wed" ? 16 : 1;

    private static string CropOf(PairLayout layout) => SideMultipleOf(layout) is var multiple && multiple > 1
        ? $"centre crops with sides floored to multiples of {multiple} (AirNet, PromptIR, DFPIR)"
        : "whole images" + (layout.Name == "lol" ? ", not aligned to the mean of the clean one" : "");
}
