using System.Collections.Immutable;
using System.Globalization;
using EdgeRestore.Networks.Readings;

namespace EdgeRestore.Networks.Imports;

/// <summary>Finds the network that tensors belong to by their names and shapes.</summary>
internal sealed class NetworkSizes(IReadOnlyDictionary<string, long[]> shapes)
{
    // Far above every published network, and small enough that a hostile file asks for nothing absurd.
    private const int MaxLevels = 6;
    private const int MaxBlocks = 64;
    private const int MaxWidth = 1024;

    // Published (SymUNet_arch.py); many other factors give the same hidden channels.
    private const double PublishedFactor = 2.66;

    /// <summary>A preset that has exactly these parameters, or SymUNet or SE-SymUNet with these sizes.</summary>
    /// <returns>None where the names are those of no known family.</returns>
    public RestorationNetwork? Find() =>
        NetworkPresets.Names.Select(NetworkPresets.Create).FirstOrDefault(IsExactly) ?? FindSymUNet();

    private bool IsExactly(RestorationNetwork network)
    {
        var asked = ShapeReading.Of(network).Parameters;
        return asked.Count == shapes.Count && asked.All(parameter =>
            shapes.TryGetValue(parameter.Name, out var shape) && shape.AsSpan().SequenceEqual(parameter.Shape));
    }

    private RestorationNetwork? FindSymUNet()
    {
        if (Size("intro.weight", 0) is not (> 0 and <= MaxWidth and var width) || Size("intro.weight", 1) != 3)
        {
            return null;
        }

        var levels = Count(MaxLevels, index => $"encoders.{index}.0.attn.temperature");
        var body = new SymUNetConfig
        {
            Preset = $"symunet-imported-w{width}",
            Width = width,
            EncoderBlocks = [.. Enumerable.Range(0, levels).Select(level => Blocks($"encoders.{level}"))],
            MiddleBlocks = Blocks("middle_blks"),
            DecoderBlocks = [.. Enumerable.Range(0, levels).Select(index => Blocks($"decoders.{index}"))],
            Heads = [.. Enumerable.Range(0, levels).Select(level => Heads($"encoders.{level}"))],
            MiddleHeads = Heads("middle_blks"),
            FeedForwardFactor = Factor(levels),
        };
        if (levels == 0 || Fits(new SymUNet(body)) is not { } network)
        {
            return null;
        }

        return shapes.ContainsKey("middle_guide_attention.alpha") ? FindSemantic(body) : network;
    }

    // Heads of the cross-attention leave no trace in shapes: they are taken as published.
    private RestorationNetwork? FindSemantic(SymUNetConfig body)
    {
        var levels = body.EncoderBlocks.Length;
        return Fits(new SeSymUNet(new()
        {
            Preset = $"se-{body.Preset}",
            Body = body,
            SemanticSize = Size("middle_guide_attention.attention.to_k.weight", 1) ?? 1,
            MiddleAttentionWidth = Inner("middle_guide_attention"),
            MiddlePatchSize = Patch("middle_guide_attention", body.Width << levels),
            AttentionWidths = [.. Enumerable.Range(0, levels).Select(level => Inner(Guide(level)))],
            PatchSizes = [.. Enumerable.Range(0, levels).Select(level => Patch(Guide(level), body.Width << level))],
        }));

        string Guide(int level) => $"decoder_guide_attentions.{levels - 1 - level}";

        int Inner(string name) => Size($"{name}.attention.to_q.weight", 0) ?? 1;

        int Patch(string name, int channels) => Math.Clamp(
            (int)Math.Sqrt((Size($"{name}.attention.to_q.weight", 1) ?? 1) / (double)channels), 1, 1 << MaxLevels);
    }

    // A definition says by an exception that its sizes do not fit together.
    private static RestorationNetwork? Fits(RestorationNetwork network)
    {
        try
        {
            ShapeReading.Of(network);
            return network;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException
            or ArithmeticException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private double Factor(int levels)
    {
        var (low, high) = (0.0, double.MaxValue);
        for (var level = 0; level <= levels; level++)
        {
            var name = level < levels ? $"encoders.{level}.0" : "middle_blks.0";
            if (Size($"{name}.ffn.project_out.weight", 0) is > 0 and var channels
                && Size($"{name}.ffn.project_out.weight", 1) is > 0 and var hidden)
            {
                low = Math.Max(low, hidden / (double)channels);
                high = Math.Min(high, (hidden + 1) / (double)channels);
            }
        }

        if (low is 0 || (PublishedFactor >= low && PublishedFactor < high))
        {
            return PublishedFactor;
        }

        // The shortest number between the bounds is what somebody wrote down.
        for (var digits = 0; digits < 8; digits++)
        {
            var factor = Math.Ceiling(low * Math.Pow(10, digits)) / Math.Pow(10, digits);
            if (factor < high)
            {
                return double.Parse(
                    factor.ToString($"F{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            }
        }

        return low;
    }

    private int Blocks(string name) => Count(MaxBlocks, index => $"{name}.{index}.attn.temperature");

    private int Heads(string name) => Size($"{name}.0.attn.temperature", 0) ?? 1;

    private int Count(int max, Func<int, string> name)
    {
        var count = 0;
        while (count < max && shapes.ContainsKey(name(count)))
        {
            count++;
        }

        return count;
    }

    private int? Size(string name, int axis) =>
        shapes.TryGetValue(name, out var shape) && axis < shape.Length && shape[axis] <= 1 << 20
            ? (int)shape[axis]
            : null;
}
