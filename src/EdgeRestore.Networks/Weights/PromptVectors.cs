using EdgeRestore.Degradations;

namespace EdgeRestore.Networks.Weights;

/// <summary>Prompts out of a file: one vector per degradation, as any text encoder gives them.</summary>
/// <remarks>
/// A safetensors file with a tensor per degradation (Clear is read by classifiers alone), under the degradation's name
/// (<c>low-light+rain</c>), of one size for all: (D) or (1, D). What more it holds is not read. In Python:
/// <c>save_file({name: encode(text) for name, text in texts.items()}, path)</c>.
/// </remarks>
public static class PromptVectors
{
    /// <summary>Reads a table of prompts, rows as <see cref="DegradationRow"/> numbers them.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="size">Numbers of a prompt that the network takes.</param>
    /// <returns>(degradations, size), row-major.</returns>
    /// <exception cref="EdgeRestoreException">The file cannot be read, or lacks a vector that fits.</exception>
    public static float[] Read(string path, int size) => Read(
        path, size, [.. DegradationNames.All.Where(degradation => degradation != Degradation.Clear)]);

    /// <summary>The same with a vector for Clear, which comes first: what a classifier tells apart.</summary>
    public static float[] ReadWithClear(string path, int size) => Read(path, size, [.. DegradationNames.All]);

    /// <summary>The mean length of the vectors of a table.</summary>
    public static double MeanLength(ReadOnlySpan<float> table, int size)
    {
        var sum = 0.0;
        for (var start = 0; start < table.Length; start += size)
        {
            var squares = 0.0;
            foreach (var value in table.Slice(start, size))
            {
                squares += (double)value * value;
            }

            sum += Math.Sqrt(squares);
        }

        return sum * size / table.Length;
    }

    private static float[] Read(string path, int size, IReadOnlyList<Degradation> rows)
    {
        var vectors = NamedTensors.Read(path);
        var table = new float[rows.Count * size];
        List<string> problems = [];
        foreach (var (row, degradation) in rows.Index())
        {
            var name = degradation.ToName();
            if (!vectors.TryGet(name, out var vector))
            {
                problems.Add($"'{name}' is missing");
            }
            else if (vector.Shape is not ([_] or [1, _]) || vector.Values.Length != size)
            {
                problems.Add($"'{name}' is ({string.Join(", ", vector.Shape)})");
            }
            else if (!Array.TrueForAll(vector.Values, float.IsFinite))
            {
                problems.Add($"'{name}' has a value that is NaN or infinite");
            }
            else
            {
                vector.Values.CopyTo(table, row * size);
            }
        }

        return problems.Count == 0 ? table : throw new EdgeRestoreException(
            $"'{path}' does not hold the prompts: {string.Join("; ", problems)}. Needed is one vector ({size}) of "
            + $"finite numbers per degradation{(rows.Count < DegradationNames.Count ? " but clear" : ", clear too")}, "
            + "under its name.");
    }
}
