using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Whether a result can be a restoration of its frame, judged by samples of both.</summary>
/// <remarks>
/// The graphs count what is not finite by themselves; this finds what is finite and still no picture: black, white, one
/// level all over, or another picture altogether. It reads at most 16 KiB of each frame.
/// </remarks>
internal static class OutputCheck
{
    private const int BlockBytes = 64;
    private const int MaxBlockCount = 256;

    // Levels of 255, chosen wide rather than measured: a false alarm costs a frame its restoration. A restoration keeps
    // what is in the picture: one that had contrast still has some. Low light and haze move the levels most: by up to
    // 109 where haze is taken off frames of eval-v1.
    private const int ConstantRange = 2;
    private const int ContrastRange = 16;
    private const int BlackMean = 2;
    private const int WhiteMean = 253;
    private const int MaxMeanChange = 96;
    private const int MaxMeanChangeOfLevels = 192;

    /// <summary>What is wrong with a result, or null.</summary>
    public static string? FindFault(Frame input, Frame output, Degradation route)
    {
        var source = input.Pixels;
        var result = output.Pixels;
        var (least, most, sum) = (255, 0, 0L);
        var (resultLeast, resultMost, resultSum, changeSum) = (255, 0, 0L, 0L);
        var blockCount = Math.Min(MaxBlockCount, (source.Length + BlockBytes - 1) / BlockBytes);
        var count = 0;
        for (var block = 0; block < blockCount; block++)
        {
            var start = (int)((long)block * source.Length / blockCount);
            var length = Math.Min(BlockBytes, source.Length - start);
            var from = source.Slice(start, length);
            var to = result.Slice(start, length);
            for (var index = 0; index < from.Length; index++)
            {
                int before = from[index], after = to[index];
                least = Math.Min(least, before);
                most = Math.Max(most, before);
                sum += before;
                resultLeast = Math.Min(resultLeast, after);
                resultMost = Math.Max(resultMost, after);
                resultSum += after;
                changeSum += Math.Abs(after - before);
            }

            count += length;
        }

        var (mean, resultMean, change) = (sum / count, resultSum / count, changeSum / count);
        var limit = MovesLevels(route) ? MaxMeanChangeOfLevels : MaxMeanChange;
        var found = resultMean < BlackMean && mean >= ContrastRange ? $"a black picture of one with mean {mean}"
            : resultMean > WhiteMean && mean <= 255 - ContrastRange ? $"a white picture of one with mean {mean}"
            : resultMost - resultLeast <= ConstantRange && most - least >= ContrastRange
                ? $"one level all over, {resultMean}, of a picture with {most - least + 1}"
            : change > limit ? $"a picture that differs by {change} levels in the mean"
            : null;
        return found is null ? null
            : $"The subnetwork for {route.ToName()} gave {found}, allowed are up to {limit} levels and a picture where "
            + "there was one; the frame passes through. Fix the route, or serve a package without it.";
    }

    private static bool MovesLevels(Degradation route) => route is not (Degradation.Noise or Degradation.Rain
        or Degradation.Snow or Degradation.Blur or Degradation.Compression);
}
