using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Photographs;

namespace EdgeRestore.Training.Sampling;

/// <summary>Decoded photographs in memory, split into those that are trained on and those that validate.</summary>
internal sealed class PhotographSet : IDisposable
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp"];

    private const int LeftOutNamed = 20;

    private readonly double[] _cumulative;

    private PhotographSet(List<Photograph> training, List<Photograph> validation, string? leftOut)
    {
        LeftOut = leftOut;
        Training = training;
        Validation = validation;
        _cumulative = new double[training.Count];
        var sum = 0.0;
        for (var index = 0; index < training.Count; index++)
        {
            sum += training[index].Weight;
            _cumulative[index] = sum;
        }
    }

    public IReadOnlyList<Photograph> Training { get; }

    public IReadOnlyList<Photograph> Validation { get; }

    /// <summary>Which photographs are too small and were left out, with the limit; none where all were taken.</summary>
    public string? LeftOut { get; }

    public long LengthBytes => Training.Concat(Validation).Sum(photograph => (long)photograph.Frame.LengthBytes);

    /// <summary>Loads a folder with its subfolders.</summary>
    /// <remarks>
    /// Which photographs validate depends on their names alone, so that it stays the same when others are added.
    /// </remarks>
    public static PhotographSet Load(
        string folder, int validationCount, int sideMin, bool isForClassifier, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new EdgeRestoreException(
                $"Folder of photographs '{folder}' does not exist. Name a folder of PNG, JPEG or WebP files with "
                + "--photographs, or fetch the free ones with 'edgerestore photographs fetch'.");
        }

        var paths = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
                && ImageCodec.IsImageFile(path))
            .OrderBy(path => Prng.Combine(0, Path.GetFileNameWithoutExtension(path)))
            .ToList();
        var photographs = new List<Photograph>();
        var small = new List<string>();
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var frame = ImageCodec.Load(path);
            if (frame.Width < sideMin || frame.Height < sideMin)
            {
                small.Add($"{Path.GetRelativePath(folder, path)} ({frame.Width}x{frame.Height})");
                frame.Dispose();
                continue;
            }

            photographs.Add(new Photograph(Path.GetFileNameWithoutExtension(path), frame));
        }

        if (photographs.Count < 2)
        {
            throw new EdgeRestoreException(
                $"Folder '{folder}' has {photographs.Count} photographs of at least {sideMin}x{sideMin} pixels among "
                + $"{paths.Count} image files; at least 2 are needed, one to train on and one to validate.");
        }

        var validating = Math.Clamp(validationCount, 1, Math.Max(1, photographs.Count / 4));
        return new PhotographSet(
            isForClassifier ? VaryForClassifier(photographs[validating..], sideMin) : photographs[validating..],
            photographs[..validating],
            small.Count == 0 ? null : Describe(small, paths.Count, sideMin));
    }

    private static string Describe(List<string> small, int count, int sideMin) =>
        $"{small.Count} of {count} photographs left out, smaller than {sideMin}x{sideMin} pixels: "
        + string.Join(", ", small.Take(LeftOutNamed))
        + (small.Count > LeftOutNamed ? $" and {small.Count - LeftOutNamed} more" : "");

    /// <summary>Draws a photograph in proportion to its weight.</summary>
    public Photograph Draw(ref Prng prng)
    {
        var mark = prng.NextDouble() * _cumulative[^1];
        var index = Array.BinarySearch(_cumulative, mark);
        return Training[Math.Min(index < 0 ? ~index : index, Training.Count - 1)];
    }

    public void Dispose()
    {
        foreach (var photograph in Training.Concat(Validation))
        {
            photograph.Dispose();
        }
    }

    // Without those that are hazy by nature, which would teach that haze is clear; every other one also at half its
    // size, as from a camera further away.
    private static List<Photograph> VaryForClassifier(List<Photograph> photographs, int sideMin)
    {
        var hazy = PhotographCatalog.Train.Where(photograph => photograph.HasFlag("hazy"))
            .Select(photograph => photograph.Name).ToHashSet();
        var varied = new List<Photograph>();
        foreach (var photograph in photographs)
        {
            if (hazy.Contains(photograph.Name))
            {
                photograph.Dispose();
                continue;
            }

            varied.Add(photograph);
            if (Math.Min(photograph.Frame.Width, photograph.Frame.Height) >= 2 * sideMin)
            {
                varied.Add(new Photograph(photograph.Name, Halve(photograph.Frame)));
            }
        }

        return varied;
    }

    // Means of 2x2 pixels.
    private static Frame Halve(Frame frame)
    {
        var half = Frame.Rent(frame.Width / 2, frame.Height / 2, PixelFormat.Rgb24);
        var stride = frame.Width * 3;
        for (var y = 0; y < half.Height; y++)
        {
            var upper = frame.Pixels.Slice(2 * y * stride, 2 * stride);
            var target = half.Pixels.Slice(y * half.Width * 3, half.Width * 3);
            for (var index = 0; index < target.Length; index++)
            {
                var left = (6 * (index / 3)) + (index % 3);
                var sum = upper[left] + upper[left + 3] + upper[stride + left] + upper[stride + left + 3];
                target[index] = (byte)((sum + 2) / 4);
            }
        }

        return half;
    }
}

/// <summary>One decoded photograph, Rgb24.</summary>
internal sealed class Photograph : IDisposable
{
    public Photograph(string name, Frame frame)
    {
        Name = name;
        Frame = frame;
        // Area decides how often a photograph is drawn, damped so that one large panorama crowds out no ten others.
        Weight = Math.Sqrt((double)frame.Width * frame.Height) * (0.5 + Math.Min(1, EdgeEnergy(frame) / 6));
    }

    public string Name { get; }

    public Frame Frame { get; }

    public double Weight { get; }

    public void Dispose() => Frame.Dispose();

    // Mean absolute difference of neighbouring green values, 0-255 scale, on every eighth row.
    private static double EdgeEnergy(Frame frame)
    {
        var pixels = frame.Pixels;
        var sum = 0L;
        var count = 0L;
        for (var y = 0; y < frame.Height; y += 8)
        {
            var row = pixels.Slice(y * frame.Width * 3, frame.Width * 3);
            for (var x = 4; x < row.Length; x += 3)
            {
                sum += Math.Abs(row[x] - row[x - 3]);
                count++;
            }
        }

        return (double)sum / Math.Max(1, count);
    }
}
