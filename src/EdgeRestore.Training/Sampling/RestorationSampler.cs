using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Training.Recipes;

namespace EdgeRestore.Training.Sampling;

/// <summary>Makes training samples: sample i is a function of the seed and i, whoever makes it and when.</summary>
internal sealed class RestorationSampler
{
    // A patch is drawn this often, and the one with the most detail is taken: flat sky teaches little.
    private const int Candidates = 2;

    // How often a subnetwork is shown what is less than its own degradation: one part of a pair, or nothing. A frame that
    // takes a wrong route should come back a little better or as it was, not ruined.
    private const double LesserShare = 0.15;

    private readonly PhotographSet _photographs;
    private readonly ulong _seed;
    private readonly double[] _cumulative;
    private readonly ThreadLocal<DegradationSynthesizer> _synthesizer = new(() => new DegradationSynthesizer());

    public RestorationSampler(PhotographSet photographs, int seed, double[] weights)
    {
        _photographs = photographs;
        _seed = (ulong)seed;
        _cumulative = new double[weights.Length];
        var sum = 0.0;
        for (var index = 0; index < weights.Length; index++)
        {
            sum += weights[index];
            _cumulative[index] = sum;
        }
    }

    /// <summary>The batch that starts at a sample index.</summary>
    public RestorationBatch Make(long position, PhaseRecipe phase)
    {
        var only = Degradation.Clear;
        var isFixed = phase.Only is not null && DegradationNames.TryParse(phase.Only, out only);
        var batch = new RestorationBatch(position, phase.Batch, phase.Patch);
        using var clean = Frame.Rent(phase.Patch, phase.Patch, PixelFormat.Rgb24);
        using var degraded = Frame.Rent(phase.Patch, phase.Patch, PixelFormat.Rgb24);
        for (var index = 0; index < phase.Batch; index++)
        {
            var seed = Prng.Combine(_seed, (ulong)(position + index));
            var prng = new Prng(seed);
            var degradation = isFixed ? only : DrawDegradation(ref prng);
            var given = prng.NextDouble() < LesserShare ? DrawLesser(degradation, ref prng) : degradation;
            var (photograph, left, top) = DrawPlace(ref prng, phase.Patch);
            var parameters = DegradationSampler.Training.Draw(given, ref prng);
            var turn = prng.NextInt32(0, 8);
            Crop(photograph.Frame, left, top, clean);
            _synthesizer.Value!.Apply(photograph.Frame, left, top, parameters, seed, degraded);
            Orient(clean.Pixels, batch.Clean.AsSpan(index * clean.LengthBytes, clean.LengthBytes), phase.Patch, turn);
            Orient(degraded.Pixels, batch.Degraded.AsSpan(index * clean.LengthBytes, clean.LengthBytes), phase.Patch, turn);
            batch.Degradations[index] = degradation;
        }

        return batch;
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

    private (Photograph Photograph, int Left, int Top) DrawPlace(ref Prng prng, int patch)
    {
        var photograph = _photographs.Draw(ref prng);
        var best = (Left: 0, Top: 0);
        var bestDetail = -1L;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            var left = prng.NextInt32(0, photograph.Frame.Width - patch + 1);
            var top = prng.NextInt32(0, photograph.Frame.Height - patch + 1);
            var detail = Detail(photograph.Frame, left, top, patch);
            if (detail > bestDetail)
            {
                bestDetail = detail;
                best = (left, top);
            }
        }

        return (photograph, best.Left, best.Top);
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

/// <summary>Degraded and clean patches, (N, patch, patch, 3) bytes each, and what was done to them.</summary>
internal sealed class RestorationBatch(long position, int count, int patch)
{
    public long Position { get; } = position;

    public int Count { get; } = count;

    public int Patch { get; } = patch;

    public byte[] Degraded { get; } = new byte[count * patch * patch * 3];

    public byte[] Clean { get; } = new byte[count * patch * patch * 3];

    public Degradation[] Degradations { get; } = new Degradation[count];
}
