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

    /// <summary>The cost of one classification; per pixel of both inputs together.</summary>
    public static NetworkCost Of(DpgNet network)
    {
        var reading = new CostReading();
        network.Classify(
            reading,
            ShapeReading.Input(1, 3, DpgNet.ThumbnailSide, DpgNet.ThumbnailSide),
            ShapeReading.Input(1, 3, DpgNet.CropsSide, DpgNet.CropsSide));
        return Of(reading, DpgNet.ThumbnailSide * DpgNet.ThumbnailSide + DpgNet.CropsSide * DpgNet.CropsSide);
    }

    /// <summary>The cost of one classification; per pixel of its input.</summary>
    public static NetworkCost Of(DpgResNet network)
    {
        var reading = new CostReading();
        network.Classify(reading, ShapeReading.Input(1, 3, network.Config.Side, network.Config.Side));
        return Of(reading, (long)network.Config.Side * network.Config.Side);
    }

    private static NetworkCost Of(CostReading reading, long pixels) =>
        new(reading.ParameterCount, reading.Macs, (double)reading.Macs / pixels, reading.ActivationBytes);
}
