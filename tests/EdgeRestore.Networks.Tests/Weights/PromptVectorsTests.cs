using EdgeRestore.Degradations;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Weights;

public sealed class PromptVectorsTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    [Fact]
    public void Read_VectorPerDegradation_IsTheTableInTheOrderOfTheRows()
    {
        var vectors = Vectors(3);
        vectors.Add(new("clear", [3], [9, 9, 9]));
        vectors.Write(path);

        var table = PromptVectors.Read(path, 3);

        Assert.Equal(3 * DegradationRow.Count, table.Length);
        var row = DegradationRow.Of(Degradation.HazeSnow);
        Assert.Equal([(int)Degradation.HazeSnow, 1, 0], table[(3 * row)..(3 * row + 3)]);
    }

    [Fact]
    public void Read_VectorsThatDoNotFit_SaysAllOfThem()
    {
        var vectors = new NamedTensors();
        foreach (var tensor in Vectors(3).Where(tensor => tensor.Name != "noise"))
        {
            vectors.Add(tensor.Name switch
            {
                "rain" => new("rain", [4], [1, 2, 3, 4]),
                "haze" => new("haze", [3], [1, float.NaN, 3]),
                _ => tensor,
            });
        }

        vectors.Write(path);

        var error = Assert.Throws<EdgeRestoreException>(() => PromptVectors.Read(path, 3));

        Assert.Equal(
            $"'{path}' does not hold the prompts: 'noise' is missing; 'rain' is (4); 'haze' has a value that is NaN or "
            + "infinite. Needed is one vector (3) of finite numbers per degradation but clear, under its name.",
            error.Message);
    }

    public void Dispose() => File.Delete(path);

    private static NamedTensors Vectors(int size)
    {
        var vectors = new NamedTensors();
        foreach (var degradation in DegradationNames.All.Where(degradation => degradation != Degradation.Clear))
        {
            var values = new float[size];
            (values[0], values[1]) = ((int)degradation, 1);
            vectors.Add(new(degradation.ToName(), [1, size], values));
        }

        return vectors;
    }
}
