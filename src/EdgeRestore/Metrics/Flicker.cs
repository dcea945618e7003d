using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>
/// What changes in a result where nothing moves: on pixels whose input changes by less than its noise explains, the
/// mean change of the output over that of the input. 1 is as restless as the input, below is calmer.
/// </summary>
/// <remarks>
/// A pixel counts where all channels of the input change by less than two standard deviations of the noise (Immerkaer's
/// estimate, at least one level), along the motion where one is given.
/// </remarks>
public sealed class Flicker
{
    private const double MaskSigmas = 2;
    private const double LeastSigma = 1;

    private double _input;
    private double _output;
    private long _count;

    /// <summary>Mean change of the input on the mask, in levels of 255; not a number without a pixel.</summary>
    public double InputLevels => _count == 0 ? double.NaN : _input / _count;

    /// <summary>Mean change of the output on the same mask.</summary>
    public double OutputLevels => _count == 0 ? double.NaN : _output / _count;

    /// <summary>Output over input; not a number where the input does not change at all.</summary>
    public double Ratio => _input == 0 ? double.NaN : _output / _input;

    /// <summary>Adds one step of a video; all frames Rgb24 of one size.</summary>
    /// <param name="input">The frame before and the frame, as given.</param>
    /// <param name="output">The same as restored.</param>
    /// <param name="flow">The motion of the step; none for a camera that stands still.</param>
    public void Add((Frame Before, Frame After) input, (Frame Before, Frame After) output, FlowField? flow = null)
    {
        MetricFrames.Require(input.Before, input.After);
        MetricFrames.Require(output.Before, output.After);
        MetricFrames.Require(input.Before, output.Before);
        var (width, height) = (input.Before.Width, input.Before.Height);
        flow ??= new FlowField(width, height);
        var limit = MaskSigmas * Math.Max(LeastSigma, Luma.Of(input.Before).NoiseSigma());
        var inputBefore = input.Before.Pixels;
        var inputAfter = input.After.Pixels;
        var outputBefore = output.Before.Pixels;
        var outputAfter = output.After.Pixels;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var index = (y * width) + x;
                var place = new BilinearPlace(x + flow.X[index], y + flow.Y[index], width, height);
                if (!flow.IsValid[index] || !place.IsInside
                    || !(Largest(place, inputBefore, inputAfter, index) < limit))
                {
                    continue;
                }

                _input += Sum(place, inputBefore, inputAfter, index);
                _output += Sum(place, outputBefore, outputAfter, index);
                _count += 3;
            }
        }
    }

    /// <summary>
    /// Root mean square of a series' distance from its mean over a window: how much the brightness of a video jumps.
    /// </summary>
    /// <param name="levels">One figure a frame.</param>
    /// <param name="window">Frames of a second, so that what changes slower than 1 Hz does not count.</param>
    public static double Jumps(IReadOnlyList<double> levels, int window)
    {
        ArgumentNullException.ThrowIfNull(levels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);
        if (levels.Count == 0)
        {
            return double.NaN;
        }

        var squares = 0.0;
        for (var index = 0; index < levels.Count; index++)
        {
            // At both ends the window shrinks on both sides alike: a slope would count there otherwise.
            var half = Math.Min(window / 2, Math.Min(index, levels.Count - 1 - index));
            var mean = levels.Skip(index - half).Take((2 * half) + 1).Average();
            squares += (levels[index] - mean) * (levels[index] - mean);
        }

        return Math.Sqrt(squares / levels.Count);
    }

    private static float Largest(BilinearPlace place, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, int index)
    {
        var largest = 0f;
        for (var channel = 0; channel < 3; channel++)
        {
            largest = Math.Max(largest, Math.Abs(place.Sample(after, channel) - before[(index * 3) + channel]));
        }

        return largest;
    }

    private static double Sum(BilinearPlace place, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, int index)
    {
        var sum = 0.0;
        for (var channel = 0; channel < 3; channel++)
        {
            sum += Math.Abs(place.Sample(after, channel) - before[(index * 3) + channel]);
        }

        return sum;
    }
}
