using System.Globalization;

namespace EdgeRestore.Inference.Caching;

/// <summary>Width and height of frames, in pixels.</summary>
internal readonly record struct EngineSize(int Width, int Height)
{
    // Limits:MaxWidth and MaxHeight of the daemon end here too.
    public const int MaxSidePixels = 16_384;

    public static EngineSize? TryParse(string text)
    {
        var sides = text.Split('x');
        return sides.Length == 2 && TryParseSide(sides[0], out var width) && TryParseSide(sides[1], out var height)
            ? new EngineSize(width, height)
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    private static bool TryParseSide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side)
            && side is > 0 and <= MaxSidePixels;
}

/// <summary>The frames that an engine takes: the least, those that it is tuned for, and the most.</summary>
internal sealed record EngineShapes(EngineSize Min, EngineSize Opt, EngineSize Max)
{
    public EngineShapes(EngineSize size)
        : this(size, size, size)
    {
    }

    /// <summary>Whether it takes frames of one size only, as TensorRT does best.</summary>
    public bool IsFixed => Min == Max;

    /// <summary>Reads <c>1920x1080</c>, or <c>640x360..1280x720..1920x1080</c>; null for anything else.</summary>
    public static EngineShapes? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        EngineSize?[] sizes = [.. text.Split("..").Select(EngineSize.TryParse)];
        return sizes switch
        {
            [{ } size] => new EngineShapes(size),
            [{ } min, { } opt, { } max] when IsWithin(min, opt) && IsWithin(opt, max) =>
                new EngineShapes(min, opt, max),
            _ => null,
        };
    }

    public bool Covers(int width, int height) =>
        width >= Min.Width && width <= Max.Width && height >= Min.Height && height <= Max.Height;

    public override string ToString() => IsFixed ? Min.ToString() : $"{Min}..{Opt}..{Max}";

    private static bool IsWithin(EngineSize inner, EngineSize outer) =>
        inner.Width <= outer.Width && inner.Height <= outer.Height;
}
