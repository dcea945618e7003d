using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeRestore.Frames;

namespace EdgeRestore.Inference.Engines;

/// <summary>The memory of one run in flight, outside the managed heap. Not thread-safe.</summary>
/// <remarks>
/// All engines of a device take turns in the same memory. It grows to the largest frame and is never moved while bound;
/// after the first frame of a size and route nothing is allocated.
/// </remarks>
internal sealed unsafe class EngineSlot : IDisposable
{
    // A stream keeps a handful of routes and one size; a folder of photographs has a size each, and must not pile up.
    private const int MaxBindingCount = 64;

    // Cache line and widest vector register.
    private const int Alignment = 64;

    private readonly Dictionary<(Engine Engine, int Width, int Height), FrameBinding> _bindings = [];
    private readonly float* _strength;
    private readonly long* _nonFinite;
    private byte* _input;
    private byte* _output;
    private int _capacityBytes;
    private int _lengthBytes;

    public EngineSlot()
    {
        _strength = (float*)NativeMemory.AlignedAlloc(Alignment, Alignment);
        _nonFinite = (long*)NativeMemory.AlignedAlloc(Alignment, Alignment);
    }

    /// <summary>What the last run made of its frame.</summary>
    public ReadOnlySpan<byte> Output => new(_output, _lengthBytes);

    /// <summary>Puts a frame where engines read it.</summary>
    public void SetInput(Frame frame)
    {
        Debug.Assert(frame.Format == PixelFormat.Rgb24, "Networks read RGB.");
        Reserve(frame.LengthBytes);
        _lengthBytes = frame.LengthBytes;
        frame.Pixels.CopyTo(new Span<byte>(_input, _capacityBytes));
    }

    /// <summary>Runs an engine on the input.</summary>
    /// <returns>How many values of the output, before clamping, were NaN or infinite.</returns>
    /// <exception cref="EngineException">The run failed.</exception>
    public long Run(Engine engine, int width, int height, float strength)
    {
        var key = (engine, width, height);
        if (!_bindings.TryGetValue(key, out var binding))
        {
            if (_bindings.Count >= MaxBindingCount)
            {
                DisposeBindings();
            }

            binding = new FrameBinding(engine, (width, height), _input, _output, _strength, _nonFinite);
            _bindings.Add(key, binding);
        }

        *_strength = strength;
        *_nonFinite = 0;
        binding.Run();
        return *_nonFinite;
    }

    public void Dispose()
    {
        DisposeBindings();
        NativeMemory.AlignedFree(_input);
        NativeMemory.AlignedFree(_output);
        NativeMemory.AlignedFree(_strength);
        NativeMemory.AlignedFree(_nonFinite);
    }

    private void Reserve(int lengthBytes)
    {
        if (lengthBytes <= _capacityBytes)
        {
            return;
        }

        DisposeBindings();
        NativeMemory.AlignedFree(_input);
        NativeMemory.AlignedFree(_output);
        _input = _output = null;
        _capacityBytes = 0;
        _input = (byte*)NativeMemory.AlignedAlloc((nuint)lengthBytes, Alignment);
        _output = (byte*)NativeMemory.AlignedAlloc((nuint)lengthBytes, Alignment);
        _capacityBytes = lengthBytes;
    }

    private void DisposeBindings()
    {
        foreach (var binding in _bindings.Values)
        {
            binding.Dispose();
        }

        _bindings.Clear();
    }
}
