using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeRestore.Networks.Readings;

namespace EdgeRestore.Networks.Weights;

/// <summary>The weights that training starts from.</summary>
/// <remarks>
/// Each parameter has a generator of its own, seeded by its name: adding one to a network leaves the others as they
/// were.
/// </remarks>
public static class InitialWeights
{
    public static NamedTensors Of(RestorationNetwork network, int seed) =>
        Draw(ShapeReading.Of(network).Parameters, seed);

    public static NamedTensors Of(ClassifierNetwork network, int seed) =>
        Draw(ShapeReading.Of(network).Parameters, seed);

    public static NamedTensors Of(ClipVision network, int seed) => Draw(ShapeReading.Of(network).Parameters, seed);

    private static NamedTensors Draw(IReadOnlyList<ParameterDefinition> parameters, int seed)
    {
        var tensors = new NamedTensors();
        foreach (var parameter in parameters)
        {
            var values = new float[parameter.ElementCount];
            parameter.Initialization.Fill(values, parameter.Shape, new Random(SeedOf(parameter.Name, seed)));
            tensors.Add(new(parameter.Name, parameter.Shape, values));
        }

        return tensors;
    }

    // string.GetHashCode differs from run to run.
    private static int SeedOf(string name, int seed) => BinaryPrimitives.ReadInt32LittleEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{name}")));
}
