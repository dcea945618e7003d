using System.Diagnostics;
using EdgeRestore.Degradations;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// Classical methods over the same frames, told the name of the degradation and not its parameters: what a user has
/// without trained networks. They are Debian's OpenCV and scikit-image, run as a program of their own.
/// </summary>
internal static class Baselines
{
    private const string Kind = "baseline";
    private const string ScriptName = "baselines.py";
    private const string Python = "/usr/bin/python3";
    private const int ModulesMissing = 3;

    /// <summary>Quality of the baseline's frame for each scored frame, in their order.</summary>
    /// <exception cref="EdgeRestoreException">Python or its packages are missing, or the script failed.</exception>
    public static async Task<IReadOnlyList<BaselineSummary>> MeasureAsync(
        KeptFrames kept, IReadOnlyList<ScoredFrame> frames, CancellationToken token)
    {
        Directory.CreateDirectory(Path.Combine(kept.Folder, Kind));
        await File.WriteAllLinesAsync(
            Path.Combine(kept.Folder, "jobs.tsv"),
            frames.Select((frame, index) => string.Join(
                '\t',
                KeptFrames.FileOf(KeptFrames.Degraded, index),
                KeptFrames.FileOf(Kind, index),
                frame.Given.ToName())),
            token);
        await RunAsync(kept.Folder, token);

        return
        [
            .. frames.Index().GroupBy(pair => pair.Item.Case).Select(group =>
            {
                var qualities = group.Select(pair => Judge(kept, pair.Index)).ToList();
                return new BaselineSummary(
                    group.Key,
                    MethodOf(group.First().Item.Given),
                    group.Average(pair => pair.Item.Before.Psnr),
                    qualities.Average(quality => quality.Psnr),
                    group.Average(pair => pair.Item.After.Psnr),
                    qualities.Average(quality => quality.Ssim));
            }),
        ];
    }

    /// <summary>What baselines.py does for a degradation.</summary>
    public static string MethodOf(Degradation degradation) => degradation switch
    {
        Degradation.Clear => "identity",
        Degradation.Noise => "non-local means",
        Degradation.Rain or Degradation.Snow => "median 5x5",
        Degradation.Haze => "dark channel",
        Degradation.Blur => "Richardson-Lucy",
        Degradation.LowLight => "gamma, CLAHE",
        Degradation.Compression => "bilateral",
        Degradation.LowLightNoise => "gamma, CLAHE, non-local means",
        Degradation.LowLightHaze => "gamma, dark channel",
        Degradation.LowLightRain => "median 5x5, gamma, CLAHE",
        Degradation.HazeRain or Degradation.HazeSnow => "dark channel, median 5x5",
        _ => throw new ArgumentOutOfRangeException(nameof(degradation), degradation, "Not in the closed list."),
    };

    private static Quality Judge(KeptFrames kept, int index)
    {
        using var clean = kept.Load(KeptFrames.Clean, index);
        using var restored = kept.Load(Kind, index);
        return new Quality(Psnr.Compute(clean, restored), Ssim.Compute(clean, restored));
    }

    private static async Task RunAsync(string folder, CancellationToken token)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Evaluating", ScriptName);
        var start = new ProcessStartInfo(Python, [script, folder]) { RedirectStandardError = true };
        using var process = Start(start);
        try
        {
            var words = await process.StandardError.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
            if (process.ExitCode != 0)
            {
                throw new EdgeRestoreException(process.ExitCode == ModulesMissing
                    ? $"Baselines need OpenCV and scikit-image for Debian's Python: {words.Trim()} Install them: "
                        + "apt-get install python3-opencv python3-skimage. Or leave --baselines out."
                    : $"The baselines failed with exit code {process.ExitCode}: {words.Trim()}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new EdgeRestoreException(
                $"Baselines need '{Python}', which does not start: {exception.Message} Install it: apt-get install "
                + "python3 python3-opencv python3-skimage. Or leave --baselines out.",
                exception);
        }
    }
}

/// <summary>
/// One case: PSNR of doing nothing, of a classical method, and of the package; means over its frames.
/// </summary>
internal sealed record BaselineSummary(
    string Case, string Method, double IdentityPsnr, double BaselinePsnr, double PackagePsnr, double BaselineSsim)
{
    /// <summary>By how much a package is to be ahead of what costs no training.</summary>
    public const double AheadMin = 1;

    /// <summary>Of the package over the better of doing nothing and the classical method, dB.</summary>
    public double Ahead => PackagePsnr - Math.Max(IdentityPsnr, BaselinePsnr);

    /// <summary>One sentence: whether every degraded case is ahead far enough, and which are not.</summary>
    public static string Verdict(IReadOnlyList<BaselineSummary> cases)
    {
        // Where nothing is wrong, doing nothing is best.
        var degraded = cases.Where(row => row.Method != MethodOfClear).ToList();
        var behind = degraded.Where(row => row.Ahead < AheadMin).ToList();
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"At least {AheadMin:F0} dB ahead of both in {degraded.Count - behind.Count} of {degraded.Count} degraded cases")
            + (behind.Count == 0 ? "." : "; missed: " + string.Join(", ", behind.Select(row => string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{row.Case} ({row.Ahead:+0.00;-0.00;0.00})"))) + ".");
    }

    private static string MethodOfClear => Baselines.MethodOf(Degradation.Clear);
}
