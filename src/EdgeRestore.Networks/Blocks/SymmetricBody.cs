using System.Collections.Immutable;

namespace EdgeRestore.Networks.Blocks;

/// <summary>SymUNet's U: as many blocks of the same widths on the way up as on the way down, skips added.</summary>
/// <remarks>
/// Level l has width * 2^l channels. Down: 2x2 convolution of stride 2 with bias. Up: 1x1 without bias to twice the
/// channels, then pixel shuffle. Decoder 0 is the deepest.
/// </remarks>
internal sealed record SymmetricBody<TValue>(
    IReading<TValue> Reading,
    int Width,
    ImmutableArray<int> EncoderBlocks,
    int MiddleBlocks,
    ImmutableArray<int> DecoderBlocks)
    where TValue : class
{
    /// <summary>A block by its name and level; the middle blocks are at the level behind the last.</summary>
    public delegate TValue BlockOf(string name, int level, bool encoder, TValue x);

    /// <summary>What is added on the way up for the skip of a level.</summary>
    public delegate TValue SkipOf(int level, TValue s);

    /// <summary>What happens around the blocks of a level of bottleneck or decoder.</summary>
    public delegate TValue StageOf(int level, TValue x, Func<TValue, TValue> blocks);

    public TValue Build(TValue x, BlockOf block, SkipOf skip, StageOf? stage = null)
    {
        var r = Reading;
        var levels = EncoderBlocks.Length;
        var skips = new TValue[levels];
        for (var level = 0; level < levels; level++)
        {
            var channels = Width << level;
            x = Blocks($"encoders.{level}", EncoderBlocks[level], level, encoder: true, x, block);
            skips[level] = x;
            x = Layers.Conv(r, $"downs.{level}", channels, 2 * channels, 2, x, bias: true, stride: 2);
        }

        x = Stage("middle_blks", MiddleBlocks, levels, x);

        for (var index = 0; index < levels; index++)
        {
            var level = levels - 1 - index;
            var channels = Width << level;
            x = Layers.Conv1x1(r, $"ups.{index}.0", 2 * channels, 4 * channels, x, bias: false);
            x = r.Add(r.PixelShuffle(x, 2), skip(level, skips[level]));
            x = Stage($"decoders.{index}", DecoderBlocks[index], level, x);
        }

        return x;

        TValue Stage(string name, int count, int level, TValue value)
        {
            return stage is null ? OfStage(value) : stage(level, value, OfStage);

            TValue OfStage(TValue entry) => Blocks(name, count, level, encoder: false, entry, block);
        }
    }

    private static TValue Blocks(string name, int count, int level, bool encoder, TValue x, BlockOf block)
    {
        for (var index = 0; index < count; index++)
        {
            x = block($"{name}.{index}", level, encoder, x);
        }

        return x;
    }
}
