using EdgeRestore.Networks.Imports;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests;

/// <summary>Checkpoints of the published implementation, as a user imports them.</summary>
internal static class GoldenWeights
{
    public static NetworkWeights SymUNet
    {
        get
        {
            using var file = CheckpointFile.Open("Golden/symunet_w8.pth");
            return WeightImport.Match(file).Read();
        }
    }
}
