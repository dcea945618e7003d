using EdgeRestore.Degradations;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Validation;

namespace EdgeRestore.Training.Tests.Sampling;

/// <summary>Samples and validation rows that come of pairs of files.</summary>
public sealed class PairSetTests : IDisposable
{
    private const int Brighter = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-pairs-").FullName;

    public PairSetTests()
    {
        for (var index = 0; index < 8; index++)
        {
            TestPictures.Save(Path.Combine(_folder, "mine", "target", $"{index}.png"), index);
            TestPictures.Save(Path.Combine(_folder, "mine", "input", $"{index}.png"), index, Brighter);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Make_PairsAlone_GivesBothImagesOfOnePlace()
    {
        var sampler = new RestorationSampler(new(null, [Load()]), NewRecipe(synthetic: 0));

        var batch = sampler.Make(0, new PhaseRecipe { Patch = 32, Batch = 12 });

        Assert.All(batch.Degradations, degradation => Assert.Equal(Degradation.Haze, degradation));
        Assert.All(batch.Degraded.Zip(batch.Clean), pair => Assert.Equal(Brighter, pair.First - pair.Second));
        Assert.True(batch.Clean.Distinct().Count() > 20);
    }

    [Fact]
    public void Make_AnyBudgetOfMemory_GivesTheSameSamples()
    {
        var phase = new PhaseRecipe { Patch = 32, Batch = 6 };
        var kept = new RestorationSampler(new(null, [Load()]), NewRecipe(synthetic: 0)).Make(40, phase);

        var again = new RestorationSampler(new(null, [Load(budgetBytes: 0)]), NewRecipe(synthetic: 0)).Make(40, phase);

        Assert.Equal(kept.Clean, again.Clean);
    }

    [Fact]
    public void Make_Mixture_DrawsByWeightAndLeavesSyntheticSamplesAsTheyAre()
    {
        using var photographs = PhotographSet.Load(
            Path.Combine(_folder, "mine", "target"), 1, 32, isForClassifier: false, CancellationToken.None);
        var phase = new PhaseRecipe { Patch = 32, Batch = 200 };
        var alone = new RestorationSampler(new(photographs, []), NewRecipe(synthetic: 1)).Make(0, phase);

        var mixed = new RestorationSampler(new(photographs, [Load()]), NewRecipe(synthetic: 3)).Make(0, phase);

        var patchLength = 32 * 32 * 3;
        var synthetic = Enumerable.Range(0, phase.Batch)
            .Where(index => mixed.Degradations[index] == Degradation.LowLight).ToList();
        Assert.InRange(synthetic.Count, 130, 170);
        Assert.All(synthetic, index => Assert.Equal(
            alone.Degraded[(index * patchLength)..((index + 1) * patchLength)],
            mixed.Degraded[(index * patchLength)..((index + 1) * patchLength)]));
    }

    [Fact]
    public void Make_CleanImagesOfTheNoiseBenchmark_AddsNoiseOfItsThreeLevels()
    {
        var recipe = new PairsRecipe { Folder = Path.Combine(_folder, "mine", "target"), Layout = "bsd-wed" };
        var sampler = new RestorationSampler(new(null, [PairSet.Load(recipe, 1, 1 << 20)]), NewRecipe(synthetic: 0));

        var batch = sampler.Make(0, new PhaseRecipe { Patch = 64, Batch = 40 });

        var deviations = Enumerable.Range(0, batch.Count).Select(index =>
        {
            var (from, length) = (index * 64 * 64 * 3, 64 * 64 * 3);
            return Math.Sqrt(Enumerable.Range(from, length)
                .Average(at => Math.Pow(batch.Degraded[at] - batch.Clean[at] + 0.5, 2)));
        }).ToList();
        Assert.All(deviations, deviation => Assert.Contains(new[] { 15, 25, 50 }, level =>
            Math.Abs(deviation - level) < 0.12 * level));
        Assert.Equal([15, 25, 50], deviations.Select(d => d < 20 ? 15 : d < 35 ? 25 : 50).Distinct().Order());
    }

    [Fact]
    public void Make_ValidationRows_HoldPairsThatAreNotTrainedOn()
    {
        var set = Load();

        using var validation = ValidationSet.Make(null, 64, pairs: [set]);

        var row = Assert.Single(validation.Rows);
        Assert.Equal(("mine/haze", Degradation.Haze, 2), (row.Name, row.Degradation, row.Samples.Count));
        Assert.All(row.Samples, sample => Assert.Equal(20 * Math.Log10(255.0 / Brighter), sample.PsnrIn, 1e-6));
        Assert.Empty(set.Training.Intersect(set.Validation));
        Assert.Equal(6, set.Training.Count);
    }

    [Fact]
    public void Draw_AllSmallerThanThePatch_SaysSo()
    {
        var sampler = new RestorationSampler(new(null, [Load()]), NewRecipe(synthetic: 0));

        var error = Assert.Throws<EdgeRestoreException>(
            () => sampler.Make(0, new PhaseRecipe { Patch = 88, Batch = 1 }));

        Assert.Contains("None of the 6 pairs of 'mine' has sides of at least 88 pixels", error.Message);
    }

    [Fact]
    public void Decode_SizesDiffer_NamesBothFiles()
    {
        TestPictures.Save(Path.Combine(_folder, "odd", "input", "a.png"), 0, width: 40);
        TestPictures.Save(Path.Combine(_folder, "odd", "target", "a.png"), 0);
        TestPictures.Save(Path.Combine(_folder, "odd", "input", "b.png"), 0, width: 40);
        TestPictures.Save(Path.Combine(_folder, "odd", "target", "b.png"), 0);
        var set = PairSet.Load(
            new PairsRecipe { Folder = Path.Combine(_folder, "odd"), Degradation = "snow" }, 1, 1 << 20);

        var error = Assert.Throws<EdgeRestoreException>(() => set.Decode(set.Training[0]));

        Assert.Contains("is 40x80", error.Message, StringComparison.Ordinal);
        Assert.Contains("96x80; both must be of one size", error.Message, StringComparison.Ordinal);
    }

    private PairSet Load(long budgetBytes = 1 << 24) => PairSet.Load(
        new PairsRecipe { Folder = Path.Combine(_folder, "mine"), Degradation = "haze" }, 2, budgetBytes);

    private static Recipe NewRecipe(double synthetic)
    {
        var recipe = new Recipe { Weights = new() { ["low-light"] = 1 } };
        recipe.Data.Synthetic = synthetic;
        return recipe;
    }
}
