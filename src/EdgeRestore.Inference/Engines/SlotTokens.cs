using System.Runtime.InteropServices;
using EdgeRestore.Inference.Semantics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Inference.Engines;

/// <summary>Where the semantic tokens of a slot's frame lie, for engines to read. Not thread-safe.</summary>
internal sealed unsafe class SlotTokens : IDisposable
{
    /// <summary>The engines' input.</summary>
    public const string Name = "tokens";

    private readonly float* _values;

    /// <param name="count">Tokens of a frame.</param>
    /// <param name="size">Numbers of a token.</param>
    public SlotTokens(int count, int size)
    {
        (Count, Size) = (count, size);
        var length = (nuint)count * (nuint)size * sizeof(float);
        _values = (float*)NativeMemory.AlignedAlloc(length, 64);
        NativeMemory.Clear(_values, length);
    }

    public int Count { get; }

    public int Size { get; }

    public void Set(SemanticTokens tokens) => tokens.Values.CopyTo(new Span<float>(_values, Count * Size));

    /// <summary>(1, Count, Size), of the memory that lives as long as this.</summary>
    public OrtValue ToValue() => FrameBinding.Create(
        TensorElementType.Float, [1, Count, Size], _values, (long)Count * Size * sizeof(float));

    public void Dispose() => NativeMemory.AlignedFree(_values);
}
