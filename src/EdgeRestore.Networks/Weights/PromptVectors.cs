using EdgeRestore.Degradations;

namespace EdgeRestore.Networks.Weights;

/// <summary>Prompts out of a file: one vector per degradation, as any text encoder gives them.</summary>
/// <remarks>
/// A safetensors file with a tensor per degradation but Clear, under the degradation's name (<c>low-light+rain</c>), of
/// one size for all: (D) or (1, D). What more it holds is not read. In Python: <c>save_file({name: encode(text) for
/// name, text in texts.items()}, path)</c>.
/// </remarks>
public static class PromptVectors
{
    /// <summary>Reads a table of prompts, rows as <see cref="DegradationRow"/> numbers them.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="size">Numbers of a prompt that the network takes.</param>
    /// <returns>(degradations, size), row-major.</returns>
    /// <exception cref="EdgeRestoreException">The file cannot be read, or lacks a vector that fits.</exception>
    public static float[] Read(string path, int size)
    {
        var vectors = NamedTensors.Read(path);
        var table = new float[DegradationRow.Count * size];
        List<string> problems = [];
        foreach (var degradation in DegradationNames.All.Where(degradation => degradation != Degradation.Clear))
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
                vector.Values.CopyTo(table, DegradationRow.Of(degradation) * size);
            }
        }

        return problems.Count == 0 ? table : throw new EdgeRestoreException(
            $"'{path}' does not hold the prompts: {string.Join("; ", problems)}. Needed is one vector ({size}) of "
            + "finite numbers per degradation but clear, under its name.");
    }
}
