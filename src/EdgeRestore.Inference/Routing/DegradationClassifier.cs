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
    private readonly Lock _gate = new();
    private readonly ClassifierInput _input = new();
    private readonly Engine _engine;
    private readonly OrtIoBinding _binding;
    private readonly OrtValue[] _values;
    private readonly byte* _thumbnail;
    private readonly byte* _crops;
    private readonly float* _probabilities;
    private bool _hasRun;

    public DegradationClassifier(Engine engine)
    {
        _engine = engine;
        var (thumbnailSide, cropsSide) = (ClassifierInput.ThumbnailSide, ClassifierInput.CropsSide);
        _thumbnail = (byte*)NativeMemory.AlignedAlloc((nuint)ClassifierInput.ThumbnailLengthBytes, 64);
        _crops = (byte*)NativeMemory.AlignedAlloc((nuint)ClassifierInput.CropsLengthBytes, 64);
        _probabilities = (float*)NativeMemory.AlignedAlloc((nuint)DegradationNames.Count * sizeof(float), 64);
        _values =
        [
            FrameBinding.Create(
                TensorElementType.UInt8, [1, thumbnailSide, thumbnailSide, 3], _thumbnail,
                ClassifierInput.ThumbnailLengthBytes),
            FrameBinding.Create(
                TensorElementType.UInt8, [1, cropsSide, cropsSide, 3], _crops, ClassifierInput.CropsLengthBytes),
            FrameBinding.Create(
                TensorElementType.Float, [1, DegradationNames.Count], _probabilities,
                DegradationNames.Count * sizeof(float)),
        ];
        _binding = engine.Session.CreateIoBinding();
        _binding.BindInput("thumbnail", _values[0]);
        _binding.BindInput("crops", _values[1]);
        _binding.BindOutput("probabilities", _values[2]);
    }

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
            var thumbnail = new Span<byte>(_thumbnail, ClassifierInput.ThumbnailLengthBytes);
            var crops = new Span<byte>(_crops, ClassifierInput.CropsLengthBytes);
            probabilities.Clear();
            var (first, count) = views.GetOffsetAndLength(ClassifierInput.ViewCount);
            for (var view = first; view < first + count; view++)
            {
                if (view == first)
                {
                    _input.Fill(frame, thumbnail, crops, view);
                }
                else
                {
                    ClassifierInput.FillNext(frame, thumbnail, crops, view);
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
            NativeMemory.AlignedFree(_thumbnail);
            NativeMemory.AlignedFree(_crops);
            NativeMemory.AlignedFree(_probabilities);
        }
    }
}
