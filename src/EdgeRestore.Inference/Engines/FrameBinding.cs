using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Inference.Engines;

/// <summary>A subnetwork's inputs and outputs bound to the memory of two frames.</summary>
internal sealed unsafe class FrameBinding : IDisposable
{
    private readonly Engine _engine;
    private readonly OrtIoBinding _binding;
    private readonly OrtValue[] _values;

    /// <param name="engine">A subnetwork's engine.</param>
    /// <param name="size">Of the frames, in pixels.</param>
    /// <param name="input">Width x height x 3 bytes that live as long as the binding.</param>
    /// <param name="output">The same, for the result.</param>
    /// <param name="strength">One float.</param>
    /// <param name="nonFinite">One count.</param>
    /// <param name="statistics">What the engine gives or takes beside frames, in its order.</param>
    /// <param name="tokens">Semantic tokens, for engines that take them.</param>
    public FrameBinding(
        Engine engine,
        (int Width, int Height) size,
        byte* input,
        byte* output,
        float* strength,
        long* nonFinite,
        ReadOnlySpan<OrtValue> statistics,
        SlotTokens? tokens = null)
    {
        _engine = engine;
        long[] shape = [1, size.Height, size.Width, 3];
        var length = (long)size.Width * size.Height * 3;
        _values =
        [
            Create(TensorElementType.UInt8, shape, input, length),
            Create(TensorElementType.Float, [1], strength, sizeof(float)),
            Create(TensorElementType.UInt8, shape, output, length),
            Create(TensorElementType.Int64, [1], nonFinite, sizeof(long)),
            .. tokens is null ? [] : (OrtValue[])[tokens.ToValue()],
        ];

        _binding = engine.Session.CreateIoBinding();
        _binding.BindInput("frame", _values[0]);
        _binding.BindInput("strength", _values[1]);
        if (tokens is not null)
        {
            _binding.BindInput(SlotTokens.Name, _values[4]);
        }

        _binding.BindOutput("restored", _values[2]);
        _binding.BindOutput("nonfinite", _values[3]);
        for (var index = 0; index < statistics.Length; index++)
        {
            if (engine.Gives is { } given)
            {
                _binding.BindOutput(given.Values[index].Name, statistics[index]);
            }
            else if (engine.Takes is { } taken)
            {
                _binding.BindInput(taken.Values[index].Name, statistics[index]);
            }
        }
    }

    /// <param name="isFirst">Whether the engine sees a frame of this size for the first time.</param>
    public void Run(bool isFirst) => _engine.Run(_binding, isFirst);

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }
    }

    internal static OrtValue Create(TensorElementType type, long[] shape, void* data, long lengthBytes) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)data, lengthBytes);
}
