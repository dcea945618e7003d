using EdgeRestore.Degradations;

namespace EdgeRestore.Tests.Degradations;

public sealed class PrngTests
{
    [Fact]
    public void NextUInt64_SeedZero_IsReferenceSequence()
    {
        // xoshiro256** after splitmix64(0), from the authors' C code.
        var prng = new Prng(0);
        Assert.Equal(0x99EC5F36CB75F2B4UL, prng.NextUInt64());
        Assert.Equal(0xBF6E1F784956452AUL, prng.NextUInt64());
        Assert.Equal(0x1A5F849D4933E6E0UL, prng.NextUInt64());
    }

    [Fact]
    public void NextGaussian_MillionDraws_HasNormalMomentsAndTails()
    {
        var prng = new Prng(7);
        const int Count = 1_000_000;
        double sum = 0, squares = 0, fourths = 0;
        int beyondTwo = 0, beyondZiggurat = 0;
        for (var index = 0; index < Count; index++)
        {
            var value = prng.NextGaussian();
            sum += value;
            squares += value * value;
            fourths += value * value * value * value;
            beyondTwo += Math.Abs(value) > 2.0 ? 1 : 0;
            beyondZiggurat += Math.Abs(value) > 3.442619855899 ? 1 : 0;
        }

        // Four standard errors of each estimate.
        Assert.InRange(sum / Count, -0.004, 0.004);
        Assert.InRange(squares / Count, 0.994, 1.006);
        Assert.InRange(fourths / Count, 2.96, 3.04);
        Assert.InRange(beyondTwo / (double)Count, 0.0447, 0.0463);
        Assert.InRange(beyondZiggurat / (double)Count, 0.00048, 0.00068);
    }

    [Fact]
    public void NextInt32_ManyDraws_CoversRangeEvenly()
    {
        var prng = new Prng(3);
        var counts = new int[5];
        for (var index = 0; index < 50_000; index++)
        {
            counts[prng.NextInt32(-2, 3) + 2]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Constructor_OtherPurpose_GivesOtherSequence()
    {
        var first = new Prng(1, 1);
        var second = new Prng(1, 2);
        Assert.NotEqual(first.NextUInt64(), second.NextUInt64());
        Assert.NotEqual(Prng.Combine(1, "ab"), Prng.Combine(1, "ba"));
    }
}
