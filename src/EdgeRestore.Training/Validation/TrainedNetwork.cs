using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Networks;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Validation;

/// <summary>A network with weights that are to be measured.</summary>
/// <param name="Encoder">Gives the tokens of a frame where the network takes them; none elsewhere.</param>
internal sealed record TrainedNetwork(
    RestorationNetwork Network, ParameterVector Layout, Tensor Weights, SemanticEncoder? Encoder = null)
{
    /// <summary>Reads the weights in float32; tensors it makes belong to the caller's scope.</summary>
    public TorchReading Read() => new(Layout.Bind(Weights, ScalarType.Float32), ScalarType.Float32);

    /// <summary>One frame through the network, rounded to 8 bit; the caller disposes it.</summary>
    public Frame Restore(TorchReading reading, Frame degraded, Degradation degradation)
    {
        var image = TrainingTask.ToImage(
            degraded.Pixels.ToArray(), 1, degraded.Height, degraded.Width, Weights.device);
        var prompt = Encoder is not null
            ? TrainingTask.ToTokens([Encoder.Encode(degraded)], Network.Prompt!.Shape[^1].Size!.Value, Weights.device)
            : Network.TakesPrompt
                ? torch.tensor([(long)DegradationRow.Of(degradation)]).to(Weights.device)
                : null;
        var output = Network.Restore(reading, image, prompt).permute(0, 2, 3, 1)
            .mul(255).round().clamp(0, 255).to(ScalarType.Byte).cpu().contiguous();
        var frame = Frame.Rent(degraded.Width, degraded.Height, PixelFormat.Rgb24);
        output.data<byte>().ToArray().CopyTo(frame.Pixels);
        return frame;
    }
}
