using EdgeRestore.Degradations;
using EdgeRestore.Networks;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Tasks;

namespace EdgeRestore.Training.Tests.Recipes;

public sealed class RecipeTests
{
    private const string Rest = """

        steps: 1
        phases: [ { until: 1, patch: 16, batch: 1 } ]
        weights: { noise: 1 }
        """;

    public static TheoryData<string> Names => [.. BuiltIn.Names];

    [Theory]
    [InlineData("edge-s")]
    [InlineData("dpgnet-s")]
    [InlineData("csnet-s")]
    [InlineData("smoke")]
    public void Names_BuiltIn_HoldTheDefaultPackageAndTheSmokeTest(string name) => Assert.Contains(name, BuiltIn.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_BuiltIn_IsValidAndNamedAsItsFileAndHasANetwork(string name)
    {
        var recipe = BuiltIn.Load(name);

        Assert.Equal(name, recipe.Name);
        var definition = NetworkDefinition.Of(recipe);
        Assert.True(definition.IsClassifier != (definition.Restoration is not null));
    }

    [Fact]
    public void Load_MissingFile_NamesTheBuiltInOnes()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => BuiltIn.Load("no-such-recipe"));

        Assert.Contains("no-such-recipe", exception.Message);
        Assert.Contains(string.Join(", ", BuiltIn.Names), exception.Message);
    }

    [Fact]
    public void Parse_SectionsOfEveryKind_AreRead()
    {
        var recipe = Recipe.Parse("all", """
            network: edge-s
            configuration: { width: 24, selection: { skipKept: 0.25 } }
            seed: 7
            minutes: 90.5
            optimizer: { learningRate: 3e-4, precision: float32, beta2: 0.99, average: 0 }
            loss: { l1: 0, charbonnier: 1, msSsim: 0.2 }
            distillation: { teacher: "t.safetensors", output: 0.5, features: 10, teacherLayer: ups.1.0 }
            phases:
              - { until: 0.5, patch: 64, batch: 8, only: noise }
              - { until: 1, patch: 128, batch: 4 }
            weights: { low-light+rain: 2 }
            data:
              synthetic: 0.5
              pairs:
                - { folder: data/Rain100L, layout: rain100l, weight: 2 }
                - { folder: "data/my own", degradation: snow }
            selection: { freezeAt: 0, prompts: texts.safetensors }
            validation: { photographs: 3, pairs: 2, cropPixels: 128, every: 0.5 }
            """);

        Assert.Equal((7, 90.5), (recipe.Seed, recipe.Minutes));
        Assert.Equal(
            (3e-4, 0.99, 0.0),
            (recipe.Optimizer.LearningRate, recipe.Optimizer.Beta2, recipe.Optimizer.Average));
        Assert.Equal((0.0, 0.1, 1.0, 0.2),
            (recipe.Loss.L1, recipe.Loss.Fourier, recipe.Loss.Charbonnier, recipe.Loss.MsSsim));
        Assert.Equal(("t.safetensors", 0.5, 10.0, "ups.0.0", "ups.1.0"), (
            recipe.Distillation!.Teacher, recipe.Distillation.Output, recipe.Distillation.Features,
            recipe.Distillation.StudentLayer, recipe.Distillation.TeacherLayer));
        Assert.Equal(["noise", null], recipe.Phases.Select(phase => phase.Only));
        Assert.Equal(2, recipe.GetWeights()[(int)Degradation.LowLightRain]);
        Assert.Equal(["rain100l", "generic"], recipe.Data.Pairs.Select(pairs => pairs.Layout));
        Assert.Equal(("data/my own", "snow", 1.0),
            (recipe.Data.Pairs[1].Folder, recipe.Data.Pairs[1].Degradation, recipe.Data.Pairs[1].Weight));
        Assert.Equal(0, recipe.Selection.FreezeAt);
        Assert.Equal(
            (3, 2, 128),
            (recipe.Validation.Photographs, recipe.Validation.Pairs, recipe.Validation.CropPixels));
    }

    [Fact]
    public void Parse_LeftOut_TakesTheDefaults()
    {
        var recipe = Recipe.Parse("defaults", "network: edge-s" + Rest);

        Assert.Null(recipe.Configuration);
        Assert.Null(recipe.Distillation);
        Assert.Equal((1.0, 0.1, 0.0, 0.0),
            (recipe.Loss.L1, recipe.Loss.Fourier, recipe.Loss.Charbonnier, recipe.Loss.MsSsim));
        Assert.Equal((1e-3, 1e-6, 50, 1e-3, 0.1, 0.999, 0.9, 0.999, "bfloat16"), (
            recipe.Optimizer.LearningRate, recipe.Optimizer.FinalLearningRate, recipe.Optimizer.WarmUpSteps,
            recipe.Optimizer.WeightDecay, recipe.Optimizer.ClipNorm, recipe.Optimizer.Average, recipe.Optimizer.Beta1,
            recipe.Optimizer.Beta2, recipe.Optimizer.Precision));
        Assert.Equal((1.0, 0), (recipe.Data.Synthetic, recipe.Data.Pairs.Count));
    }

    [Theory]
    [InlineData("stepz: 5", "line 2: there is no key 'stepz'; allowed: network, configuration, seed, steps, minutes,")]
    [InlineData("optimizer: { lr: 1 }", "line 2: there is no key 'lr' in 'optimizer'; allowed: learningRate,")]
    [InlineData("minutes: soon", "line 2: 'minutes' is 'soon'; needed: a number.")]
    [InlineData("seed: 1.5", "line 2: 'seed' is '1.5'; needed: a whole number.")]
    [InlineData(
        "loss: [1]", "line 2: 'loss' is a list; needed are keys with values: l1, fourier, charbonnier, msSsim.")]
    [InlineData("data: { pairs: x }", "line 2: 'data.pairs' is 'x'; needed: a list.")]
    [InlineData("selection: { balance: -1 }", "line 2: selection.balance is -1; give 0 or more.")]
    [InlineData(
        "optimizer: { precision: fp8 }", "line 2: optimizer.precision is 'fp8'; allowed are float32 and bfloat16.")]
    [InlineData("optimizer:\n  clipNorm: 0", "line 3: optimizer.clipNorm is 0; allowed is above 0.")]
    [InlineData("distillation: { output: 0 }", "line 2: distillation names no teacher;")]
    [InlineData("loss: { l1: 0, fourier: 0 }", "line 2: loss has l1 0, fourier 0,")]
    [InlineData(
        "data: { pairs: [ { folder: a, layout: rain } ] }", "the layout is 'rain'; allowed: generic, rain100l,")]
    [InlineData(
        "data: { pairs: [ { folder: a } ] }", "the degradation of layout 'generic' is ''; allowed: clear, noise,")]
    [InlineData(
        "data: { pairs: [ { folder: a, layout: cdd11, degradation: rain } ] }", "its folders name them, leave it out.")]
    [InlineData(
        "validation: { every: 0 }", "line 2: validation has photographs 8, pairs 4, cropPixels 256 and every 0;")]
    public void Parse_Mistake_SaysLineFoundAndAllowed(string line, string expected)
    {
        var exception = Assert.Throws<EdgeRestoreException>(
            () => Recipe.Parse("bad", $"network: edge-s\n{line}" + Rest));

        Assert.StartsWith("Recipe 'bad' is not valid:", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NotYaml_SaysLineAndNamesGoodOnes()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => Recipe.Parse("bad", "network: edge-s\n  seed: [1\n"));

        Assert.Contains("is not YAML at line 2", exception.Message, StringComparison.Ordinal);
        Assert.Contains("edge-s, smoke", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ManyMistakes_NamesAllOfThem()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => Recipe.Parse("bad", """
            steps: 0
            phases: [ { until: 0.5, patch: 63, batch: 0 } ]
            weights: { fog: 1 }
            """));

        Assert.Contains("network is empty", exception.Message);
        Assert.Contains("line 1: steps is 0", exception.Message);
        Assert.Contains("line 2: the phase until 0.5 has patch 63", exception.Message);
        Assert.Contains("ends at 0.5", exception.Message);
        Assert.Contains("line 3: weights has 'fog: 1'", exception.Message);
    }

    [Fact]
    public void GetWeights_AbsentDegradation_IsNeverDrawn()
    {
        var weights = BuiltIn.Load("edge-s").GetWeights();

        Assert.Equal(0, weights[(int)Degradation.Clear]);
        Assert.Equal(1.5, weights[(int)Degradation.Noise]);
        Assert.Equal(DegradationNames.Count, weights.Length);
    }

    [Fact]
    public void Configuration_ChangesThePreset_AndBearsTheExperimentsName()
    {
        var recipe = Recipe.Parse(
            "narrow", "network: edge-s\nconfiguration: { width: 24, selection: { skipKept: 0.25 } }" + Rest);

        var network = Assert.IsType<EdgeNetwork>(NetworkDefinition.Of(recipe).Restoration);

        Assert.Equal(
            EdgeNetworkConfig.Small with
            {
                Preset = "narrow",
                Width = 24,
                Selection = new ChannelSelection { SkipKept = 0.25 },
            } is var expected ? expected.ToJson() : "",
            network.Config.ToJson());
    }

    [Fact]
    public void Configuration_NoSelection_MakesANetworkThatTakesTheImageAlone()
    {
        var recipe = Recipe.Parse("blind", "network: edge-xs\nconfiguration: { selection: null }" + Rest);

        Assert.Null(NetworkDefinition.Of(recipe).Restoration!.Prompt);
    }

    [Theory]
    [InlineData("{ widht: 24 }", "widht")]
    [InlineData("{ width: wide }", "width")]
    [InlineData("{ heads: [] , middleHeads: 3 }", "makes no 'edge' network")]
    public void Configuration_ThatMakesNoNetwork_NamesTheKeys(string configuration, string expected)
    {
        var recipe = Recipe.Parse("bad", $"network: edge-s\nconfiguration: {configuration}" + Rest);

        var exception = Assert.Throws<EdgeRestoreException>(() => NetworkDefinition.Of(recipe));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("\"encoderBlocks\":[1,2]", exception.Message, StringComparison.Ordinal);
    }
}
