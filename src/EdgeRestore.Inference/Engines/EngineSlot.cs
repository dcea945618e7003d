using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Semantics;
using EdgeRestore.Inference.Tiling;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Engines;

/// <summary>What one run in flight needs beside its frames. Not thread-safe.</summary>
/// <remarks>
/// Engines read and write frames where these lie. Frames are pooled and their memory never moves, so a binding to a
/// pair of them is made once and found again: after the first frames of a size and route nothing is allocated.
/// </remarks>
internal sealed unsafe class EngineSlot : IDisposable
{
    // A stream keeps a handful of routes, one size and a few buffers; a folder of photographs has a size each, and must
    // not pile up. About 2 KB each.
    private const int MaxBindingCount = 1024;

    // Cache line and widest vector register.
    private const int Alignment = 64;

    private readonly Dictionary<(Engine Engine, int Width, int Height), ShapeBindings> _shapes = [];
    private readonly Dictionary<FrameStatistics, OrtValue[]> _statistics = [];
    private readonly float* _strength;
    private readonly long* _nonFinite;
    private int _bindingCount;
    private Frame? _scratch;
    private TiledRun? _tiles;
    private SlotTokens? _tokens;

    public EngineSlot()
    {
        _strength = (float*)NativeMemory.AlignedAlloc(Alignment, Alignment);
        _nonFinite = (long*)NativeMemory.AlignedAlloc(Alignment, Alignment);
    }

    /// <summary>A frame for what is not the result yet; its content lasts until the next call.</summary>
    public Frame GetScratch(int width, int height)
    {
        if (_scratch is null || _scratch.Width != width || _scratch.Height != height)
        {
            _scratch?.Dispose();
            _scratch = Frame.Rent(width, height, PixelFormat.Rgb24);
        }

        return _scratch;
    }

    /// <summary>The tiles of frames of a size, until another size is asked for.</summary>
    public TiledRun GetTiles(int width, int height, int maxTilePixels, int sizeMultiple)
    {
        if (_tiles is null || _tiles.Width != width || _tiles.Height != height)
        {
            _tiles?.Dispose();
            _tiles = new TiledRun(width, height, maxTilePixels, sizeMultiple);
        }

        return _tiles;
    }

    /// <summary>The tokens of the frame that runs next, for engines that take them.</summary>
    public void SetTokens(SemanticTokens tokens)
    {
        // An encoder gives as many for every frame: this happens once.
        if (_tokens is null || _tokens.Count != tokens.Count || _tokens.Size != tokens.Size)
        {
            DisposeBindings();
            _tokens?.Dispose();
            _tokens = new SlotTokens(tokens.Count, tokens.Size);
        }

        _tokens.Set(tokens);
    }

    /// <summary>Runs an engine from one frame into another of the same size.</summary>
    /// <remarks>
    /// An engine that gives statistics leaves them in the slot, one that takes them finds there what was given last.
    /// </remarks>
    /// <returns>How many values of the output, before clamping, were NaN or infinite.</returns>
    /// <exception cref="EngineException">The run failed.</exception>
    public long Run(Engine engine, Frame input, Frame output, float strength)
    {
        Debug.Assert(input.Format == PixelFormat.Rgb24 && output.Format == PixelFormat.Rgb24, "Networks read RGB.");
        Debug.Assert(output.LengthBytes == input.LengthBytes, "A network keeps the size.");
        fixed (byte* source = input.Pixels)
        fixed (byte* target = output.Pixels)
        {
            var (binding, isFirst) = GetBinding(engine, (input.Width, input.Height), source, target);
            *_strength = strength;
            *_nonFinite = 0;
            binding.Run(isFirst);
            return *_nonFinite;
        }
    }

    public void Dispose()
    {
        DisposeBindings();
        _tokens?.Dispose();
        foreach (var value in _statistics.Values.SelectMany(values => values))
        {
            value.Dispose();
        }

        _scratch?.Dispose();
        _tiles?.Dispose();
        NativeMemory.AlignedFree(_strength);
        NativeMemory.AlignedFree(_nonFinite);
    }

    private (FrameBinding Binding, bool IsFirst) GetBinding(
        Engine engine, (int Width, int Height) size, byte* input, byte* output)
    {
        if (_bindingCount >= MaxBindingCount)
        {
            DisposeBindings();
        }

        ref var shape = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _shapes, (engine, size.Width, size.Height), out _);
        shape ??= new ShapeBindings();
        var isFirst = !shape.HasRun;
        shape.HasRun = true;
        if (shape.Bindings.TryGetValue(((nint)input, (nint)output), out var binding))
        {
            return (binding, isFirst);
        }

        // An address may have been another frame's before: bound are only address and length, which are right again.
        binding = new FrameBinding(
            engine, size, input, output, _strength, _nonFinite, StatisticsOf(engine), _tokens);
        shape.Bindings.Add(((nint)input, (nint)output), binding);
        _bindingCount++;
        return (binding, isFirst);
    }

    private OrtValue[] StatisticsOf(Engine engine)
    {
        if ((engine.Gives ?? engine.Takes) is not { } statistics)
        {
            return [];
        }

        if (!_statistics.TryGetValue(statistics, out var values))
        {
            values = statistics.Allocate();
            _statistics.Add(statistics, values);
        }

        return values;
    }

    private void DisposeBindings()
    {
        foreach (var shape in _shapes.Values)
        {
            foreach (var binding in shape.Bindings.Values)
            {
                binding.Dispose();
            }
        }

        _shapes.Clear();
        _bindingCount = 0;
    }

    /// <summary>Bindings of one engine and frame size, by where input and output lie.</summary>
    private sealed class ShapeBindings
    {
        public Dictionary<(nint Input, nint Output), FrameBinding> Bindings { get; } = [];

        public bool HasRun { get; set; }
    }
}
