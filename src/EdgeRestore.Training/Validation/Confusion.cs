using System.Globalization;
using System.Text;
using EdgeRestore.Degradations;

namespace EdgeRestore.Training.Validation;

/// <summary>How often each degradation was taken for each.</summary>
internal sealed class Confusion
{
    private readonly int[,] _counts = new int[DegradationNames.Count, DegradationNames.Count];

    public int Count { get; private set; }

    public int CorrectCount { get; private set; }

    public double Accuracy => Count == 0 ? 0 : (double)CorrectCount / Count;

    public void Add(Degradation given, Degradation found)
    {
        _counts[(int)given, (int)found]++;
        Count++;
        CorrectCount += given == found ? 1 : 0;
    }

    public double Recall(Degradation given)
    {
        var sum = DegradationNames.All.Sum(found => _counts[(int)given, (int)found]);
        return sum == 0 ? double.NaN : (double)_counts[(int)given, (int)given] / sum;
    }

    /// <summary>Frames by degradation given (outer) and found (inner), both in the order of their numbers.</summary>
    public int[][] ToTable() =>
        [.. DegradationNames.All.Select(given =>
            DegradationNames.All.Select(found => _counts[(int)given, (int)found]).ToArray())];

    /// <summary>One line per degradation: its recall, then what it was taken for.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var given in DegradationNames.All)
        {
            var mistakes = DegradationNames.All
                .Where(found => found != given && _counts[(int)given, (int)found] > 0)
                .OrderByDescending(found => _counts[(int)given, (int)found])
                .Select(found => $"{found.ToName()} {_counts[(int)given, (int)found]}");
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  {given.ToName(),-16} {Recall(given),6:P1}  {string.Join(", ", mistakes)}");
        }

        return text.ToString();
    }
}
