using EdgeRestore.Networks.Readings;

namespace EdgeRestore.Networks;

/// <summary>What one image costs, from the definition alone.</summary>
/// <param name="Parameters">Of the whole network.</param>
/// <param name="Macs">Multiply-accumulates for one image of the size asked for.</param>
/// <param name="MacsPerPixel">MACs over pixels of the image.</param>
/// <param name="ActivationBytes">Sum of all float32 intermediate results.</param>
public sealed record NetworkCost(long Parameters, long Macs, double MacsPerPixel, long ActivationBytes)
{
    /// <summary>
    /// The cost at a size; the default divides by every family's size multiple, so that padding adds nothing.
    /// </summary>
    public static NetworkCost Of(RestorationNetwork network, int height = 256, int width = 256)
    {
        var reading = new CostReading();
        network.Restore(
            reading,
            ShapeReading.Input(1, 3, height, width),
            network.Prompt?.Representative);
        return Of(reading, (long)height * width);
    }

    /// <summary>The cost of one classification; per pixel of all that it sees of a frame.</summary>
    public static NetworkCost Of(ClassifierNetwork network)
    {
        var reading = new CostReading();
        network.Classify(
            reading, [.. network.Images.Select(image => ShapeReading.Input(1, 3, image.Side, image.Side))]);
        return Of(reading, network.Images.Sum(image => (long)image.Side * image.Side));
    }

    private static NetworkCost Of(CostReading reading, long pixels) =>
        new(reading.ParameterCount, reading.Macs, (double)reading.Macs / pixels, reading.ActivationBytes);
}
