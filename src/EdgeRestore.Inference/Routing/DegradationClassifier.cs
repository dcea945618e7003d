using System.Runtime.InteropServices;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Inference.Routing;

/// <summary>Says what is wrong with a frame. Thread-safe: one classification at a time.</summary>
internal sealed unsafe class DegradationClassifier : IDisposable
{
    // Of a classifier that sees the whole frame alone, such as the published DPGNet.
    private const string WholeName = "image";

    private readonly Lock _gate = new();
    private readonly ClassifierInput _input = new();
    private readonly Engine _engine;
    private readonly OrtIoBinding _binding;
    private readonly OrtValue[] _values;
    private readonly byte* _whole;
    private readonly int _wholeSide;
    private readonly byte* _crops;
    private readonly float* _probabilities;
    private bool _hasRun;

    public DegradationClassifier(Engine engine)
    {
        _engine = engine;
        var cropsSide = ClassifierInput.CropsSide;
        _wholeSide = engine.Session.InputMetadata.TryGetValue(WholeName, out var whole)
            ? whole.Dimensions[1]
            : ClassifierInput.ThumbnailSide;
        HasCrops = whole is null;
        var wholeLength = _wholeSide * _wholeSide * 3;
        _whole = (byte*)NativeMemory.AlignedAlloc((nuint)wholeLength, 64);
        _crops = (byte*)NativeMemory.AlignedAlloc((nuint)ClassifierInput.CropsLengthBytes, 64);
        _probabilities = (float*)NativeMemory.AlignedAlloc((nuint)DegradationNames.Count * sizeof(float), 64);
        _values =
        [
            FrameBinding.Create(
                TensorElementType.UInt8, [1, _wholeSide, _wholeSide, 3], _whole, wholeLength),
            FrameBinding.Create(
                TensorElementType.UInt8, [1, cropsSide, cropsSide, 3], _crops, ClassifierInput.CropsLengthBytes),
            FrameBinding.Create(
                TensorElementType.Float, [1, DegradationNames.Count], _probabilities,
                DegradationNames.Count * sizeof(float)),
        ];
        _binding = engine.Session.CreateIoBinding();
        _binding.BindInput(HasCrops ? "thumbnail" : WholeName, _values[0]);
        if (HasCrops)
        {
            _binding.BindInput("crops", _values[1]);
        }

        _binding.BindOutput("probabilities", _values[2]);
    }

    /// <summary>Whether it also sees patches: without them all views of a frame are one.</summary>
    private bool HasCrops { get; }

    /// <summary>Classifies one frame by the mean over views of it.</summary>
    /// <param name="frame">RGB of any size.</param>
    /// <param name="views">Among those of <see cref="ClassifierInput"/>.</param>
    /// <param name="probabilities">One per degradation.</param>
    /// <returns>Whether all probabilities are finite; if not, they must not be used.</returns>
    /// <exception cref="EngineException">The run failed.</exception>
    public bool TryClassify(Frame frame, Range views, Span<float> probabilities)
    {
        lock (_gate)
        {
            var whole = new Span<byte>(_whole, _wholeSide * _wholeSide * 3);
            var crops = new Span<byte>(_crops, ClassifierInput.CropsLengthBytes);
            probabilities.Clear();
            var (first, count) = HasCrops ? views.GetOffsetAndLength(ClassifierInput.ViewCount) : (0, 1);
            for (var view = first; view < first + count; view++)
            {
                if (!HasCrops)
                {
                    _input.FillWhole(frame, _wholeSide, whole);
                }
                else if (view == first)
                {
                    _input.Fill(frame, whole, crops, view);
                }
                else
                {
                    ClassifierInput.FillNext(frame, whole, crops, view);
                }

                _engine.Run(_binding, isFirst: !_hasRun);
                _hasRun = true;
                for (var index = 0; index < probabilities.Length; index++)
                {
                    probabilities[index] += _probabilities[index] / count;
                }
            }
        }

        foreach (var probability in probabilities)
        {
            if (!float.IsFinite(probability))
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _binding.Dispose();
            foreach (var value in _values)
            {
                value.Dispose();
            }

            _engine.Dispose();
            NativeMemory.AlignedFree(_whole);
            NativeMemory.AlignedFree(_crops);
            NativeMemory.AlignedFree(_probabilities);
        }
    }
}
