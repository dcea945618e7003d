using System.Globalization;
using System.Text;

namespace EdgeRestore.Training.Validation;

/// <summary>Gains of the runs of an ablation: arms by seeds by rows of validation.</summary>
internal sealed class AblationTable
{
    // Below this, learning the sets is decoration.
    private const double DecorationDecibels = 0.1;
    private const string FinishedName = "finished";

    private readonly IReadOnlyList<string> _arms;
    private readonly Dictionary<(string Arm, int Seed), Dictionary<string, double>> _gains;

    private AblationTable(IReadOnlyList<string> arms, Dictionary<(string, int), Dictionary<string, double>> gains)
    {
        _arms = arms;
        _gains = gains;
    }

    /// <summary>Whether the run in a folder has spent its budget.</summary>
    public static bool IsFinished(string folder) => File.Exists(Path.Combine(folder, FinishedName));

    public static void MarkFinished(string folder) => File.WriteAllText(Path.Combine(folder, FinishedName), "");

    /// <summary>Reads the last validation of every finished run, in folders ARM-SEED.</summary>
    public static AblationTable Read(string folder, IReadOnlyList<string> arms, IReadOnlyList<int> seeds)
    {
        var gains = new Dictionary<(string, int), Dictionary<string, double>>();
        foreach (var (arm, seed) in arms.SelectMany(arm => seeds.Select(seed => (arm, seed))))
        {
            var run = Path.Combine(folder, $"{arm}-{seed}");
            if (IsFinished(run))
            {
                gains[(arm, seed)] = LastGains(Path.Combine(run, "validation.csv"));
            }
        }

        return new AblationTable(arms, gains);
    }

    public string ToCsv()
    {
        var text = new StringBuilder("arm,seed,row,gain_db\n");
        foreach (var ((arm, seed), rows) in _gains)
        {
            foreach (var (row, gain) in rows)
            {
                text.Append(CultureInfo.InvariantCulture, $"{arm},{seed},{row},{gain:F3}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Mean gain per row and arm, the spread of the mean over seeds, and what follows for learnt sets.
    /// </summary>
    public string ToMarkdown()
    {
        var rows = _gains.Values.SelectMany(gains => gains.Keys).Distinct().ToList();
        var text = new StringBuilder("Gain in PSNR, dB, on validation photographs; mean over seeds.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| row | {string.Join(" | ", _arms)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|{string.Concat(_arms.Select(_ => "---|"))}\n");
        foreach (var row in rows)
        {
            var cells = Cells(arm => Mean(
                Runs(arm).Where(run => run.ContainsKey(row)).Select(run => run[row])));
            text.Append(CultureInfo.InvariantCulture, $"| {row} | {cells} |\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"| mean | {Cells(arm => Mean(Means(arm)))} |\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"| deviation of the mean over seeds | {Cells(arm => Deviation(Means(arm)))} |\n");
        text.Append(
            CultureInfo.InvariantCulture, $"| seeds | {string.Join(" | ", _arms.Select(arm => Runs(arm).Count))} |\n");
        return text.Append(Verdict()).ToString();
    }

    private string Verdict()
    {
        var (learnt, random) = (Means("both"), Means("random"));
        if (learnt.Count == 0 || random.Count == 0)
        {
            return "";
        }

        var difference = learnt.Average() - random.Average();
        return "\nSets that are learnt against sets that stay as drawn: "
            + FormattableString.Invariant($"{difference:+0.00;-0.00} dB")
            + (Math.Abs(difference) < DecorationDecibels
                ? ", under 0.1 dB: learning the sets is decoration.\n"
                : ".\n");
    }

    private List<Dictionary<string, double>> Runs(string arm) =>
        [.. _gains.Where(pair => pair.Key.Arm == arm).Select(pair => pair.Value)];

    private List<double> Means(string arm) => [.. Runs(arm).Select(run => run.Values.Average())];

    private string Cells(Func<string, double> value) => string.Join(" | ", _arms.Select(
        arm => Runs(arm).Count == 0 || double.IsNaN(value(arm))
            ? "–"
            : value(arm).ToString("F2", CultureInfo.InvariantCulture)));

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    // Of the sample; none of one seed.
    private static double Deviation(List<double> values)
    {
        var mean = Mean(values);
        return values.Count < 2
            ? double.NaN
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static Dictionary<string, double> LastGains(string path)
    {
        // step, trained_s, row, psnr_in, psnr_out, ...
        var lines = File.ReadAllLines(path).Skip(1).Select(line => line.Split(',')).ToList();
        var last = lines[^1][0];
        return lines.Where(cells => cells[0] == last).ToDictionary(
            cells => cells[2],
            cells => double.Parse(cells[4], CultureInfo.InvariantCulture)
                - double.Parse(cells[3], CultureInfo.InvariantCulture));
    }
}
