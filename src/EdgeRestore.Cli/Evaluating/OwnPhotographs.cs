using EdgeRestore.Cli.Restoring;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// The protocol's crops, rows and parameter ranges over a folder of the user's own photographs. Figures are comparable
/// between packages, not with those of the protocol itself, which has its own photographs.
/// </summary>
internal static class OwnPhotographs
{
    public static IEnumerable<EvalCase> Enumerate(IReadOnlyList<InputImage> images, IReadOnlyList<EvalRow> rows)
    {
        using var synthesizer = new DegradationSynthesizer();
        foreach (var image in images)
        {
            var photograph = new Photograph(
                PhotographSet.HeldOut, "own", image.RelativeName, OffsetBytes: 0, LengthBytes: 0, LongSidePixels: 0,
                Licence: "", Flags: "");
            using var prepared = PhotographPreparation.Prepare(File.ReadAllBytes(image.Path));
            using var clean = EvalProtocol.Crop(prepared);
            using var degraded = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
            foreach (var row in rows)
            {
                synthesizer.Apply(
                    clean, EvalProtocol.ParametersOf(photograph, row), EvalProtocol.SeedOf(photograph, row), degraded);
                yield return new EvalCase(photograph, row, clean, degraded);
            }
        }
    }
}
