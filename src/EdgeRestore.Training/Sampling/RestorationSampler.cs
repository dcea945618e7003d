using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Pairs;
using EdgeRestore.Training.Recipes;

namespace EdgeRestore.Training.Sampling;

/// <summary>Makes training samples: sample i is a function of the seed and i, whoever makes it and when.</summary>
internal sealed class RestorationSampler
{
    // A patch is drawn this often, and the one with the most detail is taken: flat sky teaches little.
    private const int Candidates = 2;

    // How often a subnetwork is shown what is less than its own degradation: one part of a pair, or nothing. A frame
    // that takes a wrong route should come back a little better or as it was, not ruined.
    private const double LesserShare = 0.15;

    // Apart from the sample's own generator: a mixture leaves the synthetic samples as they are without one.
    private const ulong SourcePurpose = 0x736F75726365;

    private readonly TrainingSources _sources;
    private readonly SemanticEncoder? _encoder;
    private readonly ulong _seed;
    private readonly double[] _cumulative;
    private readonly double[] _cumulativeSources;
    private readonly ThreadLocal<DegradationSynthesizer> _synthesizer = new(() => new DegradationSynthesizer());

    /// <param name="sources">What samples are drawn from.</param>
    /// <param name="recipe">The seed and the weights.</param>
    /// <param name="encoder">Gives samples their tokens; none where the network takes none.</param>
    public RestorationSampler(TrainingSources sources, Recipe recipe, SemanticEncoder? encoder = null)
    {
        _sources = sources;
        _encoder = encoder;
        _seed = (ulong)recipe.Seed;
        _cumulative = Accumulate(recipe.GetWeights());
        _cumulativeSources = Accumulate(
            [sources.Photographs is null ? 0 : recipe.Data.Synthetic, .. sources.Pairs.Select(set => set.Weight)]);
    }

    /// <summary>The batch that starts at a sample index.</summary>
    public RestorationBatch Make(long position, PhaseRecipe phase)
    {
        var only = Degradation.Clear;
        var isFixed = phase.Only is not null && DegradationNames.TryParse(phase.Only, out only);
        var batch = new RestorationBatch(position, phase.Batch, phase.Patch)
        {
            Tokens = _encoder is null ? null : new float[phase.Batch][],
        };
        using var clean = Frame.Rent(phase.Patch, phase.Patch, PixelFormat.Rgb24);
        using var degraded = Frame.Rent(phase.Patch, phase.Patch, PixelFormat.Rgb24);
        for (var index = 0; index < phase.Batch; index++)
        {
            var seed = Prng.Combine(_seed, (ulong)(position + index));
            var prng = new Prng(seed);
            var source = isFixed && _sources.Photographs is not null ? 0 : DrawSource(seed);
            (batch.Degradations[index], var scene) = source == 0
                ? MakeSynthetic(ref prng, seed, isFixed ? only : DrawDegradation(ref prng), clean, degraded)
                : TakePair(_sources.Pairs[source - 1], ref prng, clean, degraded);
            var turn = prng.NextInt32(0, 8);
            Orient(clean.Pixels, batch.Clean.AsSpan(index * clean.LengthBytes, clean.LengthBytes), phase.Patch, turn);
            Orient(
                degraded.Pixels,
                batch.Degraded.AsSpan(index * clean.LengthBytes, clean.LengthBytes),
                phase.Patch,
                turn);
            if (_encoder is not null)
            {
                // As the network gets it: mirrored and turned.
                var oriented = batch.Degraded.AsMemory(index * clean.LengthBytes, clean.LengthBytes);
                using var seen = Frame.Wrap(oriented, phase.Patch, phase.Patch, PixelFormat.Rgb24);
                batch.Tokens![index] = _encoder.Encode(seen, scene);
            }
        }

        return batch;
    }

    private static double[] Accumulate(double[] weights)
    {
        var cumulative = new double[weights.Length];
        var sum = 0.0;
        for (var index = 0; index < weights.Length; index++)
        {
            sum += weights[index];
            cumulative[index] = sum;
        }

        return cumulative;
    }

    private int DrawSource(ulong seed)
    {
        var mark = new Prng(seed, SourcePurpose).NextDouble() * _cumulativeSources[^1];
        return Array.FindIndex(_cumulativeSources, sum => mark < sum);
    }

    private (Degradation Degradation, Frame Scene) MakeSynthetic(
        ref Prng prng, ulong seed, Degradation degradation, Frame clean, Frame degraded)
    {
        var given = prng.NextDouble() < LesserShare ? DrawLesser(degradation, ref prng) : degradation;
        var photograph = _sources.Photographs!.Draw(ref prng).Frame;
        var (left, top) = DrawPlace(ref prng, photograph, clean.Width);
        var parameters = DegradationSampler.Training.Draw(given, ref prng);
        Crop(photograph, left, top, clean);
        _synthesizer.Value!.Apply(photograph, left, top, parameters, seed, degraded);
        return (degradation, photograph);
    }

    private static (Degradation Degradation, Frame Scene) TakePair(
        PairSet set, ref Prng prng, Frame clean, Frame degraded)
    {
        var (pair, frames) = set.Draw(ref prng, clean.Width);
        var (left, top) = DrawPlace(ref prng, frames.Clean, clean.Width);
        Crop(frames.Clean, left, top, clean);
        if (pair.IsMadeNoisy)
        {
            var sigma = BenchmarkNoise.Levels[prng.NextInt32(0, BenchmarkNoise.Levels.Length)];
            BenchmarkNoise.Add(clean, sigma, ref prng, degraded);
        }
        else
        {
            Crop(frames.Degraded, left, top, degraded);
        }

        return (pair.Degradation, frames.Clean);
    }

    private Degradation DrawDegradation(ref Prng prng)
    {
        var mark = prng.NextDouble() * _cumulative[^1];
        return (Degradation)Array.FindIndex(_cumulative, sum => mark < sum);
    }

    private static Degradation DrawLesser(Degradation degradation, ref Prng prng)
    {
        var parts = degradation.Constituents();
        return parts.Length == 1 ? Degradation.Clear : parts[prng.NextInt32(0, parts.Length)];
    }

    private static (int Left, int Top) DrawPlace(ref Prng prng, Frame image, int patch)
    {
        var best = (Left: 0, Top: 0);
        var bestDetail = -1L;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            var left = prng.NextInt32(0, image.Width - patch + 1);
            var top = prng.NextInt32(0, image.Height - patch + 1);
            var detail = Detail(image, left, top, patch);
            if (detail > bestDetail)
            {
                bestDetail = detail;
                best = (left, top);
            }
        }

        return best;
    }

    // Sum of absolute differences of neighbouring green values on every fourth row.
    private static long Detail(Frame frame, int left, int top, int patch)
    {
        var pixels = frame.Pixels;
        var sum = 0L;
        for (var y = top; y < top + patch; y += 4)
        {
            var row = pixels.Slice(((y * frame.Width) + left) * 3, patch * 3);
            for (var x = 4; x < row.Length; x += 3)
            {
                sum += Math.Abs(row[x] - row[x - 3]);
            }
        }

        return sum;
    }

    internal static void Crop(Frame source, int left, int top, Frame target)
    {
        var length = target.Width * 3;
        for (var y = 0; y < target.Height; y++)
        {
            source.Pixels.Slice((((top + y) * source.Width) + left) * 3, length).CopyTo(target.Pixels[(y * length)..]);
        }
    }

    // The eight orientations of a square: bit 0 mirrors left-right, bit 1 top-bottom, bit 2 transposes.
    private static void Orient(ReadOnlySpan<byte> source, Span<byte> target, int side, int turn)
    {
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var fromX = (turn & 1) == 0 ? x : side - 1 - x;
                var fromY = (turn & 2) == 0 ? y : side - 1 - y;
                var from = ((turn & 4) == 0 ? (fromY * side) + fromX : (fromX * side) + fromY) * 3;
                source.Slice(from, 3).CopyTo(target[(((y * side) + x) * 3)..]);
            }
        }
    }
}
