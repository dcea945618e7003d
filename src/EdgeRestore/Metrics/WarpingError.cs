using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>
/// How far a frame, moved back along the motion, differs from the one before it (Lai et al. 2018,
/// evaluate_WarpError.py): the mean of squared differences in [0, 1] over the channels of all valid pixels.
/// </summary>
/// <remarks>
/// The motion is that of the clean or the given video, never of the result. A blurred result has a small error, too:
/// read it beside PSNR, and beside the error of the input.
/// </remarks>
public static class WarpingError
{
    /// <summary>The error of one step; a video's is the mean over its steps. Not a number without valid
    /// pixels.</summary>
    /// <param name="before">Rgb24.</param>
    /// <param name="after">The next frame.</param>
    /// <param name="flow">From the one to the next.</param>
    public static double Compute(Frame before, Frame after, FlowField flow)
    {
        MetricFrames.Require(before, after);
        ArgumentNullException.ThrowIfNull(flow);
        if (flow.Width != before.Width || flow.Height != before.Height)
        {
            throw new ArgumentException(
                $"The flow is {flow.Width}x{flow.Height}, frames are {before.Width}x{before.Height}: they must be "
                + "equal.",
                nameof(flow));
        }

        var (sum, count) = (0.0, 0L);
        var first = before.Pixels;
        var second = after.Pixels;
        for (var y = 0; y < flow.Height; y++)
        {
            for (var x = 0; x < flow.Width; x++)
            {
                var index = (y * flow.Width) + x;
                var place = new BilinearPlace(x + flow.X[index], y + flow.Y[index], flow.Width, flow.Height);
                if (!flow.IsValid[index] || !place.IsInside)
                {
                    continue;
                }

                for (var channel = 0; channel < 3; channel++)
                {
                    var difference = (place.Sample(second, channel) - first[(index * 3) + channel]) / 255.0;
                    sum += difference * difference;
                }

                count += 3;
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }
}
