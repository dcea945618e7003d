using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Benchmarks;

/// <summary>The table of one run, with the machine that it comes from.</summary>
internal sealed class BenchmarkReport(BenchmarkOptions options)
{
    private readonly List<Row> _rows = [];
    private readonly string _loadAverage = File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private string RoundLength => options.RoundTime > TimeSpan.Zero
        ? string.Create(CultureInfo.InvariantCulture, $"{options.RoundTime.TotalSeconds} s")
        : "one frame each";

    public bool IsEveryTargetMet => _rows.All(row => row.IsMet is not false);

    /// <summary>Adds a figure without a target.</summary>
    public void Add(string what, string value) => Add(new Row(what, value, "", null));

    public void AddAtLeast(string what, double value, double least, string format = "F3", string? detail = null) => Add(
        new Row(what, Text(value, format, detail), $"≥ {Text(least, format)}", value >= least));

    public void AddAtMost(string what, double value, double most, string format = "F3", string? detail = null) => Add(
        new Row(what, Text(value, format, detail), $"≤ {Text(most, format)}", value <= most));

    public void Print(TextWriter writer) => writer.Write(ToMarkdown());

    /// <summary>Writes the table where the options say.</summary>
    public void Write()
    {
        if (options.Write is { } directory)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, options.Name + ".md"), ToMarkdown());
        }
    }

    private static string Text(double value, string format, string? detail = null) =>
        value.ToString(format, CultureInfo.InvariantCulture) + (detail is null ? "" : $" ({detail})");

    private void Add(Row row)
    {
        _rows.Add(row);
        Console.Error.WriteLine($"{row.What}: {row.Value}");
    }

    private string ToMarkdown()
    {
        var size = $"{options.Width}x{options.Height}";
        var text = new StringBuilder($"# {options.Name}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            {Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.RuntimeIdentifier},
            .NET {Environment.Version}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, device cpu.
            Load average at the start {_loadAverage} (above the number of cores, other work took turns with this).
            Frames of {size} RGB where no size is given; {options.RoundCount} rounds of {RoundLength}.

            """);
        if (options.SlowDown > TimeSpan.Zero)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"Negative control: every measured frame held up for {options.SlowDown.TotalMilliseconds} ms.\n");
        }

        text.Append("\n| what | measured | target | met |\n|---|---:|---:|---|\n");
        foreach (var row in _rows)
        {
            var met = row.IsMet switch { true => "yes", false => "**no**", null => "" };
            text.Append(CultureInfo.InvariantCulture, $"| {row.What} | {row.Value} | {row.Target} | {met} |\n");
        }

        return text.ToString();
    }

    private static string Processor()
    {
        const string name = "model name";
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "Unknown processor";
    }

    private sealed record Row(string What, string Value, string Target, bool? IsMet);
}
