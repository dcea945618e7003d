using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Pairs;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>The pairs of a benchmark's folder as cases; noise benchmarks give each image at each level.</summary>
internal static class PairCases
{
    /// <exception cref="EdgeRestoreException">Images are missing, damaged or differ in size.</exception>
    public static IEnumerable<EvalCase> Enumerate(PairLayout layout, string folder, IReadOnlyList<ImagePair> pairs)
    {
        foreach (var pair in pairs)
        {
            var photograph = new Photograph(
                PhotographSet.HeldOut, "pair", Path.GetRelativePath(folder, pair.InputPath), OffsetBytes: 0,
                LengthBytes: 0, LongSidePixels: 0, Licence: "", Flags: "");
            using var target = Load(pair.TargetPath, layout);
            if (pair.IsMadeNoisy)
            {
                using var noisy = Frame.Rent(target.Width, target.Height, PixelFormat.Rgb24);
                foreach (var sigma in BenchmarkNoise.Levels)
                {
                    var prng = new Prng(Prng.Combine(Prng.Combine((ulong)sigma, layout.Name), photograph.Name));
                    BenchmarkNoise.Add(target, sigma, ref prng, noisy);
                    yield return new EvalCase(photograph, new EvalRow(pair.Degradation, sigma), target, noisy);
                }

                continue;
            }

            using var input = Load(pair.InputPath, layout);
            if (input.Width != target.Width || input.Height != target.Height)
            {
                throw new EdgeRestoreException(
                    $"'{pair.InputPath}' is {input.Width}x{input.Height} and its counterpart '{pair.TargetPath}' "
                    + $"{target.Width}x{target.Height}; both must be of one size. Remove or replace the pair.");
            }

            yield return new EvalCase(photograph, new EvalRow(pair.Degradation), target, input);
        }
    }

    /// <summary>How many cases the pairs give.</summary>
    public static int Count(IReadOnlyList<ImagePair> pairs) =>
        pairs.Sum(pair => pair.IsMadeNoisy ? BenchmarkNoise.Levels.Length : 1);

    private static Frame Load(string path, PairLayout layout)
    {
        var image = ImageCodec.Load(path);
        var multiple = EvaluationProtocols.SideMultipleOf(layout);
        var (width, height) = (image.Width / multiple * multiple, image.Height / multiple * multiple);
        if (width == image.Width && height == image.Height)
        {
            return image;
        }

        using (image)
        {
            if (width == 0 || height == 0)
            {
                throw new EdgeRestoreException(
                    $"'{path}' is {image.Width}x{image.Height}; '{layout.Name}' crops to multiples of {multiple}. "
                    + "Remove it.");
            }

            var crop = Frame.Rent(width, height, PixelFormat.Rgb24);
            var (left, top) = ((image.Width - width) / 2, (image.Height - height) / 2);
            for (var y = 0; y < height; y++)
            {
                image.Pixels.Slice((((top + y) * image.Width) + left) * 3, width * 3)
                    .CopyTo(crop.Pixels[(y * width * 3)..]);
            }

            return crop;
        }
    }
}
