using Grpc.Core;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Protocol.Tests;

public sealed class WireStatusTests
{
    [Theory]
    [InlineData(RestoreError.None, StatusCode.OK)]
    [InlineData(RestoreError.Input, StatusCode.InvalidArgument)]
    [InlineData(RestoreError.Capacity, StatusCode.ResourceExhausted)]
    [InlineData(RestoreError.Engine, StatusCode.Internal)]
    [InlineData(RestoreError.Canceled, StatusCode.Cancelled)]
    [InlineData(RestoreError.DeadlineExceeded, StatusCode.DeadlineExceeded)]
    public void From_Error_SaysWhoseFaultItIs(RestoreError error, StatusCode expected)
    {
        var status = WireStatus.From(error, "why");

        Assert.Equal((expected, "why"), (status.StatusCode, status.Detail));
    }

    [Fact]
    public void From_EveryError_HasAStatusOfItsOwn() =>
        Assert.DoesNotContain(
            Enum.GetValues<RestoreError>(), error => WireStatus.From(error, "").StatusCode == StatusCode.Unknown);

    [Fact]
    public void NoSubnetwork_NamesWhatThereIs()
    {
        var status = WireStatus.NoSubnetwork(Degradation.Snow, "small", [Degradation.Noise, Degradation.LowLightNoise]);

        Assert.Equal(StatusCode.FailedPrecondition, status.StatusCode);
        Assert.Equal(
            "Package 'small' has no subnetwork for snow; it has noise, low-light+noise. Choose one of these, or serve "
            + "a package that has it.",
            status.Detail);
    }

    [Fact]
    public void ShuttingDown_TellsTheClientToComeBack() =>
        Assert.Equal(StatusCode.Unavailable, WireStatus.ShuttingDown.StatusCode);
}
