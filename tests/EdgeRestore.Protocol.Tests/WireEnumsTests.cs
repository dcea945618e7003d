using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Protocol.V1;
using Degradation = EdgeRestore.Degradations.Degradation;
using WireDegradation = EdgeRestore.Protocol.V1.Degradation;

namespace EdgeRestore.Protocol.Tests;

public sealed class WireEnumsTests
{
    [Fact]
    public void Degradation_Every_GoesOverTheWireUnderItsOwnName()
    {
        Assert.Equal(DegradationNames.Count + 1, Enum.GetValues<WireDegradation>().Length);
        foreach (var degradation in DegradationNames.All)
        {
            Assert.Equal(degradation.ToString(), degradation.ToWire().ToString());
            Assert.True(degradation.ToWire().TryFromWire(out var back));
            Assert.Equal(degradation, back);
        }
    }

    [Theory]
    [InlineData(WireDegradation.Unspecified)]
    [InlineData((WireDegradation)(-1))]
    [InlineData((WireDegradation)14)]
    [InlineData((WireDegradation)int.MaxValue)]
    [InlineData((WireDegradation)int.MinValue)]
    public void Degradation_Unknown_IsNotTaken(WireDegradation wire) => Assert.False(wire.TryFromWire(out _));

    [Fact]
    public void PixelFormat_Every_GoesOverTheWireUnderItsOwnName()
    {
        foreach (var format in Enum.GetValues<PixelFormat>().Where(format => format != PixelFormat.Unknown))
        {
            Assert.Equal(format.ToString(), format.ToWire().ToString());
            Assert.True(format.ToWire().TryFromWire(out var back));
            Assert.Equal(format, back);
        }
    }

    [Theory]
    [InlineData(PixelLayout.Unspecified)]
    [InlineData((PixelLayout)8)]
    [InlineData((PixelLayout)(-1))]
    public void PixelLayout_Unknown_IsNotTaken(PixelLayout wire) => Assert.False(wire.TryFromWire(out _));

    [Fact]
    public void RestoreError_Every_ComesBackAsItself()
    {
        foreach (var error in Enum.GetValues<RestoreError>().Where(error => error != RestoreError.None))
        {
            Assert.NotEqual(ErrorCode.Unspecified, error.ToWire());
            Assert.Equal(error, error.ToWire().FromWire());
        }
    }

    [Fact]
    public void BypassReason_Every_GoesOverTheWireUnderItsOwnName()
    {
        foreach (var reason in Enum.GetValues<BypassReason>().Where(reason => reason != BypassReason.None))
        {
            Assert.Equal(reason.ToString(), reason.ToWire().ToString());
            Assert.Equal(reason, reason.ToWire().FromWire());
            Assert.NotEmpty(reason.ToName());
        }

        Assert.Equal(BypassReason.None, ((V1.BypassReason)99).FromWire());
    }

    [Fact]
    public void Degradation_IsNamedAsEverywhereElse()
    {
        Assert.Equal("low-light+noise", WireDegradation.LowLightNoise.ToWireName());
        Assert.Equal("99", ((WireDegradation)99).ToWireName());
        Assert.Equal(
            string.Join(", ", DegradationNames.All.Select(degradation => degradation.ToName())),
            WireEnums.AllNames<WireDegradation>());
    }

    [Fact]
    public void ErrorCode_OfALaterVersion_IsStillAnError() =>
        Assert.Equal(RestoreError.Engine, ((ErrorCode)99).FromWire());

    [Fact]
    public void AllNames_ListsWhatMayBeSet() =>
        Assert.Equal("rgb24, bgr24, gray8, nv12, i420, gray10le, gray16le", WireEnums.AllNames<PixelLayout>());
}
