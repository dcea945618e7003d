using System.Buffers.Binary;
using System.Security.Cryptography;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Selection;

/// <summary>
/// Chooses frames out of a folder: for every route the same number, none twice, some kept for judging.
/// </summary>
public sealed class FrameSelection(ModelPackage package, FrameSelectionOptions options)
{
    // Smaller frames are mostly border.
    private const int LeastSidePixels = 64;

    // Of four clean photographs one is judged on.
    private const int JudgedShare = 4;

    // For so many frames of a route there is one photograph as it is. A person may fix a route, and whatever comes then
    // must pass through it: low light's networks, calibrated with dark frames alone, clipped what clear ones make of
    // them (45 dB from FP32's result; with four clear frames beside 16 it is 51, and dark ones lose as little as
    // before).
    private const int ClearShare = 4;

    /// <summary>
    /// (1) Looks through the images, (2) sorts them to routes, (3) fills routes that have too few with clean
    /// photographs, degraded by formula.
    /// </summary>
    /// <param name="folder">Images in it and below.</param>
    /// <param name="report">Told how many of how many were looked at.</param>
    /// <exception cref="CalibrationException">A route gets no frames.</exception>
    public FrameSet Choose(string folder, Action<int, int>? report = null, CancellationToken token = default)
    {
        if (!Directory.Exists(folder))
        {
            throw new CalibrationException(
                $"There is no folder '{folder}' with frames. Give --frames a folder of images, or a video.");
        }

        // 1
        using var restorer = Restorer.Load(package, new RestorerOptions { Device = "cpu" });
        var scan = new FrameScan(restorer, Math.Max(LeastSidePixels, package.Manifest.Network.MinSidePixels));
        var scanned = scan.Run(folder, report, token);
        if (scanned.Count == 0)
        {
            throw new CalibrationException(
                $"'{folder}' has no frames to calibrate with: "
                + (scan.Remarks.Count == 0
                    ? $"no {string.Join(", ", ImageCodec.Extensions)} in it or below."
                    : string.Join("; ", scan.Remarks.Take(3)) + ".")
                + $" Give images of {LeastSidePixels} pixels a side or more.");
        }

        // 2
        var clean = scanned.Where(frame => frame.Degradation == Degradation.Clear).ToList();
        var (cleanJudged, cleanCalibrated) = Split(clean);
        var byGraph = new SortedDictionary<string, List<CalibrationFrame>>(StringComparer.Ordinal);
        var judged = new List<JudgedFrame>();
        var missing = new List<Degradation>();
        foreach (var route in package.Manifest.Routes.Where(
            route => options.Routes?.Contains(route.Degradation) ?? true))
        {
            token.ThrowIfCancellationRequested();
            var given = scanned.Where(frame => frame.Degradation == route.Degradation).ToList();
            var (givenJudged, givenCalibrated) = given.Count >= 2 * JudgedShare ? Split(given) : ([], given);

            // 3
            var frames = Evenly.Take(givenCalibrated, options.FramesPerRoute)
                .Select(frame => Describe(frame, route.Degradation))
                .Concat(Evenly.Take(cleanCalibrated, Math.Max(0, options.FramesPerRoute - givenCalibrated.Count))
                    .Select(frame => Describe(frame, route.Degradation)))
                .DistinctBy(frame => frame.Sha256)
                .ToList();
            if (frames.Count == 0)
            {
                missing.Add(route.Degradation);
                continue;
            }

            if (!byGraph.TryGetValue(route.File, out var list))
            {
                byGraph.Add(route.File, list = []);
            }

            var clear = Evenly.Take(cleanCalibrated, frames.Count / ClearShare)
                .Select(frame => Describe(frame, Degradation.Clear));
            list.AddRange(frames.Concat(clear).Where(frame => list.TrueForAll(known => known.Sha256 != frame.Sha256)));
            judged.AddRange(Evenly.Take([.. cleanJudged, .. givenJudged], options.JudgedPerRoute)
                .Select(frame => ToJudge(frame, route.Degradation)));
            if (frames.Count >= ClearShare)
            {
                judged.AddRange(Evenly.Take(cleanJudged, (options.JudgedPerRoute + 1) / 2)
                    .Select(frame => new JudgedFrame(
                        frame.Name, Degradation.Clear, () => LoadCrop(frame), LoadClean: null)
                    {
                        Route = route.Degradation,
                    }));
            }
        }

        RequireAll(missing, byGraph.Count, scanned, folder);
        return new FrameSet
        {
            ByGraph = byGraph.ToDictionary(
                graph => graph.Key,
                IReadOnlyList<CalibrationFrame> (graph) =>
                    [.. graph.Value.OrderBy(frame => frame.Sha256, StringComparer.Ordinal)],
                StringComparer.Ordinal),
            Judged = judged,
            Remarks = scan.Remarks,
        };
    }

    private static (List<ScannedFrame> Judged, List<ScannedFrame> Calibrated) Split(List<ScannedFrame> frames) => (
        [.. frames.Where((_, index) => index % JudgedShare == JudgedShare - 1)],
        [.. frames.Where((_, index) => index % JudgedShare != JudgedShare - 1)]);

    private static void RequireAll(
        List<Degradation> missing, int foundCount, IReadOnlyList<ScannedFrame> scanned, string folder)
    {
        if (missing.Count == 0 && foundCount > 0)
        {
            return;
        }

        var found = scanned.CountBy(frame => frame.Degradation).OrderBy(count => count.Key)
            .Select(count => $"{count.Value} of {count.Key.ToName()}");
        throw new CalibrationException(
            $"'{folder}' has frames for some routes only: found {string.Join(", ", found)}, none for "
            + $"{string.Join(", ", missing.Select(route => route.ToName()))}. Add clean photographs, which are "
            + "degraded here by formula; or frames of these degradations, in folders named like them; or name the "
            + "routes to calibrate in --routes.");
    }

    private CalibrationFrame Describe(ScannedFrame frame, Degradation route)
    {
        Frame LoadThis() => LoadDegraded(frame, route, DegradationSampler.Training, "calibration");
        using var pixels = LoadThis();
        return new CalibrationFrame(frame.Name, route, HashOf(pixels), LoadThis);
    }

    private JudgedFrame ToJudge(ScannedFrame frame, Degradation route) => new(
        frame.Name, route,
        () => LoadDegraded(frame, route, DegradationSampler.Evaluation, "judging"),
        frame.Degradation == Degradation.Clear ? () => LoadCrop(frame) : null);

    private Frame LoadDegraded(ScannedFrame frame, Degradation route, DegradationSampler sampler, string purpose)
    {
        var crop = LoadCrop(frame);
        if (frame.Degradation == route)
        {
            return crop;
        }

        using (crop)
        {
            // The name decides, not the order: the same photograph is degraded the same way in every run.
            var seed = Prng.Combine(Prng.Combine(Prng.Combine(0, purpose), frame.Name), route.ToName());
            var prng = new Prng(seed, 0);
            var degraded = Frame.Rent(crop.Width, crop.Height, PixelFormat.Rgb24);
            using var synthesizer = new DegradationSynthesizer();
            synthesizer.Apply(crop, sampler.Draw(route, ref prng), seed, degraded);
            return degraded;
        }
    }

    private Frame LoadCrop(ScannedFrame scanned)
    {
        using var frame = ImageCodec.Load(scanned.Path);
        var (width, height) = (Math.Min(frame.Width, options.SidePixels), Math.Min(frame.Height, options.SidePixels));
        var crop = Frame.Rent(width, height, PixelFormat.Rgb24);
        var (left, top) = ((frame.Width - width) / 2, (frame.Height - height) / 2);
        for (var y = 0; y < height; y++)
        {
            frame.Pixels.Slice((((top + y) * frame.Width) + left) * 3, width * 3)
                .CopyTo(crop.Pixels[(y * width * 3)..]);
        }

        return crop;
    }

    internal static string HashOf(Frame frame)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, frame.Width);
        BinaryPrimitives.WriteInt32LittleEndian(size[4..], frame.Height);
        hash.AppendData(size);
        hash.AppendData(frame.Pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
