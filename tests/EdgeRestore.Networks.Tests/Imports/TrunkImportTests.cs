using EdgeRestore.Networks.Imports;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Imports;

public sealed class TrunkImportTests
{
    private static readonly DpgResNet Narrow = new(new()
    {
        Side = 29,
        Widths = [4, 6],
        Hidden = 10,
        EmbeddingSize = 7,
    });

    [Fact]
    public void Read_TorchvisionsNames_TakesTheTrunkAndDrawsTheRest()
    {
        var (trained, fresh) = (InitialWeights.Of(Narrow, seed: 1), InitialWeights.Of(Narrow, seed: 2));
        var checkpoint = new NamedTensors();
        foreach (var tensor in trained.Where(tensor => tensor.Name.StartsWith("feat_", StringComparison.Ordinal)))
        {
            checkpoint.Add(new(Torchvision(tensor.Name), tensor.Shape, tensor.Values));
        }

        checkpoint.Add(new("bn1.num_batches_tracked", [1], [3]));
        checkpoint.Add(new("fc.weight", [5, 6], new float[30]));

        var import = Read(checkpoint, fresh);

        foreach (var tensor in import.Weights)
        {
            var isTrunk = tensor.Name.StartsWith("feat_", StringComparison.Ordinal);
            Assert.Equal((isTrunk ? trained : fresh)[tensor.Name].Values, tensor.Values);
        }

        Assert.Contains("drawn anew: img_embedder.0.weight", import.Summary, StringComparison.Ordinal);
        Assert.EndsWith("2 of the file left behind", import.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OwnNamesUnderDataParallel_TakesAll()
    {
        var trained = InitialWeights.Of(Narrow, seed: 1);
        var checkpoint = new NamedTensors();
        foreach (var tensor in trained)
        {
            checkpoint.Add(new($"module.{tensor.Name}", tensor.Shape, tensor.Values));
        }

        var import = Read(checkpoint, InitialWeights.Of(Narrow, seed: 2));

        Assert.All(import.Weights, tensor => Assert.Equal(trained[tensor.Name].Values, tensor.Values));
        Assert.DoesNotContain("drawn anew", import.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnotherTrunk_SaysWhatDiffers()
    {
        var checkpoint = new NamedTensors();
        checkpoint.Add(new("conv1.weight", [8, 3, 7, 7], new float[8 * 3 * 49]));

        var error = Assert.Throws<EdgeRestoreException>(() => Read(checkpoint, InitialWeights.Of(Narrow, seed: 2)));

        Assert.Contains("does not hold the trunk of dpgnet-resnet18", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "feat_extractor.block0.0.weight is (8, 3, 7, 7), needed (4, 3, 7, 7)", error.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "feat_extractor.block0.1.weight is missing, needed (4)", error.Message, StringComparison.Ordinal);
    }

    private static TrunkImport Read(NamedTensors checkpoint, NamedTensors fresh)
    {
        var stream = new MemoryStream();
        checkpoint.Write(stream);
        using var file = CheckpointFile.Open(stream, "resnet18.safetensors");
        return TrunkImport.Read(file, Narrow, fresh);
    }

    private static string Torchvision(string name) => name
        .Replace("feat_extractor.block0.0.", "conv1.", StringComparison.Ordinal)
        .Replace("feat_extractor.block0.1.", "bn1.", StringComparison.Ordinal)
        .Replace("feat_extractor.block", "layer", StringComparison.Ordinal);
}
