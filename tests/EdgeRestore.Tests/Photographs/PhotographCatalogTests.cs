using EdgeRestore.Photographs;

namespace EdgeRestore.Tests.Photographs;

public sealed class PhotographCatalogTests
{
    [Fact]
    public void All_Lists_HaveTheirLengths()
    {
        Assert.Equal(270, PhotographCatalog.Train.Length);
        Assert.Equal(24, PhotographCatalog.HeldOut.Length);
    }

    [Fact]
    public void HeldOut_Packages_HoldNoTrainingPhotograph() =>
        Assert.Empty(PhotographCatalog.HeldOut.Select(photograph => photograph.Package)
            .Intersect(PhotographCatalog.Train.Select(photograph => photograph.Package)));

    [Fact]
    public void Name_OfEveryPhotograph_IsUniqueAndAPlainFileName()
    {
        Assert.Equal(294, PhotographCatalog.All.Select(photograph => photograph.Name).Distinct().Count());
        Assert.All(PhotographCatalog.All, photograph => Assert.Matches("^[A-Za-z0-9@._()+-]+$", photograph.Name));
    }

    [Fact]
    public void All_Entries_AreComplete() => Assert.All(PhotographCatalog.All, photograph =>
    {
        Assert.InRange(photograph.LongSidePixels, 128, 1600);
        Assert.NotEmpty(photograph.Licence);
        Assert.Equal(photograph.OffsetBytes > 0, photograph.LengthBytes > 0);
    });

    [Fact]
    public void HeldOut_FreePhotographs_AreEnoughForAPicture() =>
        Assert.True(PhotographCatalog.HeldOut.Count(photograph => photograph.IsFree) >= 4);
}
