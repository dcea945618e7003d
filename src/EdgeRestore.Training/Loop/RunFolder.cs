using System.Globalization;
using EdgeRestore.Codecs;
using EdgeRestore.Drawing;
using EdgeRestore.Training.Tasks;
using EdgeRestore.Training.Validation;

namespace EdgeRestore.Training.Loop;

/// <summary>Where a run keeps its checkpoint and its curves.</summary>
internal sealed class RunFolder
{
    public const string CheckpointName = "checkpoint.safetensors";

    private readonly EventFile _events;

    public RunFolder(string path)
    {
        Directory.CreateDirectory(path);
        FolderPath = path;
        _events = new EventFile(path);
    }

    public string FolderPath { get; }

    public string CheckpointPath => Path.Combine(FolderPath, CheckpointName);

    public string StepsPath => Path.Combine(FolderPath, "steps.csv");

    public string ValidationPath => Path.Combine(FolderPath, "validation.csv");

    public string CurvePath => Path.Combine(FolderPath, "curve.png");

    public string LossCurvePath => Path.Combine(FolderPath, "loss.png");

    public void AppendSteps(StepSummary summary)
    {
        Append(
            StepsPath,
            "step,trained_s,cpu_s,learning_rate,loss,gradient_norm,ms_per_step,data_share",
            FormattableString.Invariant($"{summary.Step},{summary.TrainedSeconds:F1},{summary.CpuSeconds:F1},")
                + FormattableString.Invariant($"{summary.LearningRate:E3},{summary.Loss:F6},{summary.GradientNorm:F4},")
                + FormattableString.Invariant($"{summary.MillisecondsPerStep:F1},{summary.DataShare:F4}"));
        _events.Append(
            summary.Step,
            [
                ("training/loss", summary.Loss),
                ("training/gradient_norm", summary.GradientNorm),
                ("training/learning_rate", summary.LearningRate),
                ("training/ms_per_step", summary.MillisecondsPerStep),
                ("training/data_share", summary.DataShare),
            ]);
    }

    public void AppendValidation(long step, double trainedSeconds, IReadOnlyList<RowQuality> rows)
    {
        foreach (var row in rows)
        {
            Append(
                ValidationPath,
                "step,trained_s,row,psnr_in,psnr_out,ssim_in,ssim_out",
                FormattableString.Invariant($"{step},{trainedSeconds:F1},{row.Name},{row.PsnrIn:F3},")
                    + FormattableString.Invariant($"{row.PsnrOut:F3},{row.SsimIn:F4},{row.SsimOut:F4}"));
        }

        _events.Append(step, rows.SelectMany(row => new[]
        {
            ($"validation_psnr/{row.Name}", row.PsnrOut),
            ($"validation_gain/{row.Name}", row.PsnrOut - row.PsnrIn),
            ($"validation_ssim/{row.Name}", row.SsimOut),
        }));
    }

    /// <summary>
    /// Draws what the validations of a restoration run gained, per row, and the loss, both over steps.
    /// </summary>
    public void DrawCurves()
    {
        if (File.Exists(StepsPath))
        {
            var loss = new LinePlot("Training loss", "step", "loss");
            loss.Add("loss", Read(StepsPath).Select(cells => (Number(cells[0]), Number(cells[4]))));
            using var drawn = loss.Render();
            ImageCodec.Save(drawn, LossCurvePath);
        }

        var plot = new LinePlot("Gain on validation photographs", "step", "PSNR gain in dB");
        foreach (var row in Read(ValidationPath).GroupBy(cells => cells[2]))
        {
            plot.Add(row.Key, row.Select(cells => (Number(cells[0]), Number(cells[4]) - Number(cells[3]))));
        }

        using var frame = plot.Render();
        ImageCodec.Save(frame, CurvePath);
    }

    public void AppendCalibration(long step, double trainedSeconds, Calibration calibration)
    {
        Append(
            ValidationPath,
            "step,trained_s,accuracy,temperature,nll",
            FormattableString.Invariant($"{step},{trainedSeconds:F1},{calibration.Accuracy:F4},")
                + FormattableString.Invariant($"{calibration.Temperature:F5},{calibration.NegativeLogLikelihood:F5}"));
        _events.Append(
            step,
            [
                ("validation/accuracy", calibration.Accuracy),
                ("validation/temperature", calibration.Temperature),
                ("validation/nll", calibration.NegativeLogLikelihood),
            ]);
    }

    /// <summary>The temperature of a classifier run's last validation.</summary>
    public double ReadTemperature()
    {
        var lines = File.Exists(ValidationPath) ? File.ReadAllLines(ValidationPath) : [];
        var column = lines.Length > 1 ? Array.IndexOf(lines[0].Split(','), "temperature") : -1;
        return column >= 0
            ? Number(lines[^1].Split(',')[column])
            : throw new EdgeRestoreException(
                $"'{ValidationPath}' holds no calibrated temperature: the run in '{FolderPath}' is no classifier run, "
                + "or has not been validated yet. Name the run folder of a classifier that trained to its end.");
    }

    private static IEnumerable<string[]> Read(string path) =>
        File.ReadAllLines(path).Skip(1).Select(line => line.Split(','));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static void Append(string path, string header, string line)
    {
        if (!File.Exists(path))
        {
            File.WriteAllText(path, header + "\n");
        }

        File.AppendAllText(path, line + "\n");
    }
}

/// <summary>Means over the steps since the last line of the log.</summary>
internal sealed record StepSummary(
    long Step,
    double TrainedSeconds,
    double CpuSeconds,
    double LearningRate,
    double Loss,
    double GradientNorm,
    double MillisecondsPerStep,
    double DataShare);
