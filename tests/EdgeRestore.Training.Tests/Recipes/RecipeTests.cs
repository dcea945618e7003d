using EdgeRestore.Degradations;
using EdgeRestore.Training.Recipes;

namespace EdgeRestore.Training.Tests.Recipes;

public sealed class RecipeTests
{
    public static TheoryData<string> Names => [.. BuiltIn.Names];

    [Fact]
    public void Names_BuiltIn_HoldTheDefaultPackageAndTheSmokeTest() =>
        Assert.Equal(["csnet-s", "dpgnet-s", "edge-s", "smoke"], BuiltIn.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_BuiltIn_IsValidAndNamedAsItsFile(string name) => Assert.Equal(name, BuiltIn.Load(name).Name);

    [Fact]
    public void Load_MissingFile_NamesTheBuiltInOnes()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => BuiltIn.Load("no-such-recipe"));

        Assert.Contains("no-such-recipe", exception.Message);
        Assert.Contains("dpgnet-s, edge-s, smoke", exception.Message);
    }

    [Fact]
    public void Parse_UnknownKey_IsRefusedWithItsLine()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => Recipe.Parse("bad", "network: edge-s\nstepz: 5\n"));

        Assert.Contains("line 2", exception.Message);
        Assert.Contains("stepz", exception.Message);
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
        Assert.Contains("steps is 0", exception.Message);
        Assert.Contains("patch 63", exception.Message);
        Assert.Contains("ends at 0.5", exception.Message);
        Assert.Contains("'fog: 1'", exception.Message);
    }

    [Fact]
    public void GetWeights_AbsentDegradation_IsNeverDrawn()
    {
        var weights = BuiltIn.Load("edge-s").GetWeights();

        Assert.Equal(0, weights[(int)Degradation.Clear]);
        Assert.Equal(1.5, weights[(int)Degradation.Noise]);
        Assert.Equal(DegradationNames.Count, weights.Length);
    }
}
