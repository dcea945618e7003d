using EdgeRestore.Networks.Imports;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Imports;

public sealed class WeightImportTests
{
    private static readonly RestorationNetwork Network = NetworkPresets.Create("symunet-xs");

    [Fact]
    public void Match_PublishedSymUNet_FindsItsSizes()
    {
        using var file = CheckpointFile.Open("Golden/symunet_w8.pth");

        var import = WeightImport.Match(file);

        var config = Assert.IsType<SymUNet>(import.Network).Config;
        Assert.Equal(
            (8, 1, 8, 2.66), (config.Width, config.MiddleBlocks, config.MiddleHeads, config.FeedForwardFactor));
        Assert.Equal([1, 1, 1], [.. config.EncoderBlocks]);
        Assert.Equal([1, 1, 1], [.. config.DecoderBlocks]);
        Assert.Equal([1, 2, 4], [.. config.Heads]);
        Assert.Equal("symunet-imported-w8", config.Preset);
        Assert.Empty(import.RemovedPrefixes);
        Assert.Empty(import.PassedOver);
    }

    [Theory]
    [InlineData("symunet-xs")]
    [InlineData("symunet-s")]
    [InlineData("edge-xs")]
    [InlineData("edge-s")]
    public void Match_WeightsOfAPreset_FindsThePreset(string preset)
    {
        using var file = Open(InitialWeights.Of(NetworkPresets.Create(preset), seed: 1));

        Assert.Equal(preset, WeightImport.Match(file).Network.Preset);
    }

    [Fact]
    public void Match_OtherSizesThanAnyPreset_FindsThem()
    {
        var config = new SymUNetConfig
        {
            Width = 12,
            EncoderBlocks = [2, 1],
            MiddleBlocks = 3,
            DecoderBlocks = [1, 2],
            Heads = [3, 6],
            MiddleHeads = 4,
            FeedForwardFactor = 1.5,
        };
        using var file = Open(InitialWeights.Of(new SymUNet(config), seed: 1));

        var found = Assert.IsType<SymUNet>(WeightImport.Match(file).Network).Config;

        Assert.Equal((config with { Preset = found.Preset }).ToJson(), found.ToJson());
    }

    [Fact]
    public void Match_SemanticNetwork_FindsItsSizesAndLeavesTheEncoderBehind()
    {
        var weights = InitialWeights.Of(new SeSymUNet(SeSymUNetTests.Fixture), seed: 1);
        weights.Add(new("clip_model.embeddings.class_embedding", [2], [1, 2]));
        weights.Add(new("middle_guide_attention.pos_embed", [1], [1]));
        using var file = Open(weights);

        var import = WeightImport.Match(file);

        var config = Assert.IsType<SeSymUNet>(import.Network).Config;
        Assert.Equal(SeSymUNetTests.Fixture.SemanticSize, config.SemanticSize);
        Assert.Equal([32, 32, 32], [.. config.AttentionWidths]);
        Assert.Equal([4, 4, 4], [.. config.PatchSizes]);
        Assert.Equal(2, config.MiddlePatchSize);
        Assert.Equal(["clip_model.embeddings.class_embedding", "middle_guide_attention.pos_embed"], import.PassedOver);
    }

    [Fact]
    public void Read_NamesWithPrefixes_GivesThemWithout()
    {
        var weights = TestTensors.Trained(Network, seed: 3);
        using var file = Open(Renamed(weights, name => $"module._orig_mod.{name}"));

        var import = WeightImport.Match(file);

        Assert.Equal(["_orig_mod.", "module."], import.RemovedPrefixes);
        var read = import.Read().Weights;
        Assert.All(weights, tensor => Assert.Equal(tensor.Values, read[tensor.Name].Values));
    }

    [Fact]
    public void Match_NameWithAndWithoutPrefix_IsRefused()
    {
        var weights = new NamedTensors { new("module.a", [1], [1]), new("a", [1], [1]) };
        using var file = Open(weights);

        var error = Assert.Throws<EdgeRestoreException>(() => WeightImport.Match(file));

        Assert.Contains("it has 'a' twice, with and without", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Match_NamesAndShapesThatDiffer_SaysAllOfThem()
    {
        var weights = new NamedTensors();
        foreach (var tensor in InitialWeights.Of(Network, seed: 1))
        {
            if (tensor.Name is "intro.bias" or "ending.bias")
            {
                continue;
            }

            weights.Add(tensor.Name == "ending.weight" ? new(tensor.Name, [1], [0]) : tensor);
        }

        weights.Add(new("refinement.0.weight", [1, 2], [0, 0]));
        weights.Add(new("refinement.0.bias", [1], [0]));
        using var file = Open(weights);

        var error = Assert.Throws<EdgeRestoreException>(() => WeightImport.Match(file, network: Network));

        Assert.Equal(
            """
            Missing (2):
              intro.bias (8)
              ending.bias (3)
            Of another shape (1):
              ending.weight is (1), needed (3, 8, 3, 3)
            Not in the network (2):
              refinement.0.weight (1, 2)
              refinement.0.bias (1)
            """,
            error.Message[(error.Message.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        Assert.StartsWith(
            "'test' cannot be imported: it does not fit symunet-xs: of 123 parameters 2 are missing and 1 of another "
            + "shape, and 2 tensors are not in the network. Name the network that it was trained as with --network "
            + "(csnet, csnet-s, ",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Match_NamesOfNoNetwork_SaysWhichThereAre()
    {
        using var file = Open(new NamedTensors { new("patch_embed.proj.weight", [1], [1]) });

        var error = Assert.Throws<EdgeRestoreException>(() => WeightImport.Match(file));

        Assert.Contains("the names of no network that is known here: patch_embed.proj.weight", error.Message);
    }

    [Theory]
    [InlineData(1_000_000, 2)]
    [InlineData(7, 3)]
    [InlineData(0, 0)]
    public void Match_SizesThatMakeNoNetwork_IsRefused(int width, int heads)
    {
        var weights = new NamedTensors
        {
            new("intro.weight", [width, 3, 0, 3], []),
            new("encoders.0.0.attn.temperature", [heads, 1, 1], new float[heads]),
            new("middle_blks.0.attn.temperature", [5, 1, 1], new float[5]),
        };
        using var file = Open(weights);

        Assert.Throws<EdgeRestoreException>(() => WeightImport.Match(file));
    }

    [Fact]
    public void Read_NotFinite_SaysWhere()
    {
        var weights = InitialWeights.Of(Network, seed: 1);
        weights["intro.bias"].Values[1] = float.NaN;
        weights["ending.bias"].Values[0] = float.NegativeInfinity;
        using var file = Open(weights);

        var error = Assert.Throws<EdgeRestoreException>(() => WeightImport.Match(file).Read());

        Assert.Contains("in 2 of 123 tensors: intro.bias (1 of 8), ending.bias (1 of 3)", error.Message);
    }

    [Fact]
    public void Write_ThenRead_GivesNetworkAndWeightsBack()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            using var file = CheckpointFile.Open("Golden/symunet_w8.pth");
            var imported = WeightImport.Match(file).Read();
            imported.Write(path);
            var bytes = File.ReadAllBytes(path);

            var read = NetworkWeights.Read(path);

            Assert.Equal(imported.Network.ToConfigJson(), read.Network.ToConfigJson());
            Assert.All(imported.Weights, tensor => Assert.Equal(tensor.Values, read.Weights[tensor.Name].Values));
            read.Write(path);
            Assert.Equal(bytes, File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("""{"width":8,"middleBlocks":2000000000}""")]
    [InlineData("""{"width":2000000000}""")]
    [InlineData("""{"width":8,"encoderBlocks":[1,1,1],"middleBlocks":1,"decoderBlocks":[1,1,1],"heads":[0,0,0]}""")]
    [InlineData("""{"width":8,"encoderBlocks":[1,1,1,1],"middleBlocks":1,"decoderBlocks":[1]}""")]
    [InlineData("""{"width":"x"}""")]
    public void Of_ConfigurationThatTheWeightsDoNotHave_IsRefused(string config)
    {
        var weights = GoldenWeights.SymUNet.Weights;
        weights.Metadata["format"] = "edgerestore-weights-1";
        weights.Metadata["family"] = "symunet";
        weights.Metadata["config"] = config;

        Assert.Throws<EdgeRestoreException>(() => NetworkWeights.Of(weights, "test"));
    }

    [Fact]
    public void ToConfigJson_EveryPreset_GivesTheNetworkBack() => Assert.All(
        NetworkPresets.Names.Select(NetworkPresets.Create),
        network => Assert.Equal(
            network.ToConfigJson(),
            NetworkConfigJson.ParseNetwork(network.Family, network.ToConfigJson()).ToConfigJson()));

    [Fact]
    public void Match_NameThatNeverEnds_IsRefused()
    {
        var name = string.Concat(Enumerable.Repeat("module.", 1_000_000));
        using var file = Open(new NamedTensors { new(name, [1], [1]) });

        var error = Assert.Throws<EdgeRestoreException>(() => WeightImport.Match(file));

        Assert.Contains("whose name has 7000000 characters", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WeightsOfNoNamedNetwork_SaysHowToMakeThem()
    {
        var error = Assert.Throws<EdgeRestoreException>(
            () => NetworkWeights.Read("Golden/symunet_w8.io.safetensors"));

        Assert.Contains("its format is 'not given', needed is 'edgerestore-weights-1'", error.Message);
    }

    private static NamedTensors Renamed(NamedTensors weights, Func<string, string> rename)
    {
        var result = new NamedTensors();
        foreach (var tensor in weights)
        {
            result.Add(new(rename(tensor.Name), tensor.Shape, tensor.Values));
        }

        return result;
    }

    private static CheckpointFile Open(NamedTensors weights)
    {
        var stream = new MemoryStream();
        weights.Write(stream);
        return CheckpointFile.Open(stream, "test");
    }
}
