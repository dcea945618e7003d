using System.Numerics;

namespace EdgeRestore.Frames;

/// <summary>
/// What the classifier sees of a frame: a thumbnail of all of it and a mosaic of patches at native resolution.
/// </summary>
/// <remarks>
/// Noise and streaks vanish in a thumbnail, haze and darkness do not show in a patch. The one definition for training
/// and serving. Keeps one row of sums: one instance per stream or thread; allocates only when frames become wider.
/// </remarks>
public sealed class ClassifierInput
{
    /// <summary>Width and height of the thumbnail.</summary>
    public const int ThumbnailSide = 128;

    /// <summary>Width and height of the mosaic: two patches each way.</summary>
    public const int CropsSide = 192;

    public const int ThumbnailLengthBytes = ThumbnailSide * ThumbnailSide * 3;

    public const int CropsLengthBytes = CropsSide * CropsSide * 3;

    /// <summary>
    /// Number of views of a frame: patches in the middle of the quadrants, then in each of their corners; every second view
    /// mirrored. What one view misses, another may show.
    /// </summary>
    public const int ViewCount = 5;

    /// <summary>Side of JPEG's blocks (ITU-T T.81), whose grid patches keep to.</summary>
    public const int JpegBlockSide = 8;

    private const int PatchSide = CropsSide / 2;

    // Where the patches of each view lie: 0 in the middle of their quadrant, 1 and -1 at its edges.
    private static readonly (int X, int Y)[] Moves = [(0, 0), (-1, -1), (1, 1), (1, -1), (-1, 1)];

    private uint[] _sums = [];

    /// <summary>Fills both inputs.</summary>
    /// <param name="frame">Rgb24 of any size.</param>
    /// <param name="thumbnail">128x128 RGB bytes: area averages, aspect ignored.</param>
    /// <param name="crops">
    /// 192x192 RGB bytes: 96x96 patches at the centres of the four quadrants, up to 7 pixels up and left of them to begin
    /// at a multiple of 8; frames with a side below 192 are mirrored.
    /// </param>
    /// <param name="view">
    /// 0 to <see cref="ViewCount"/> - 1. Views 1 to 4 have the patches in the upper left, lower right, upper right
    /// and lower left corner of each quadrant; 1 and 3 are mirrored left to right.
    /// </param>
    public void Fill(Frame frame, Span<byte> thumbnail, Span<byte> crops, int view = 0)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException(
                $"The classifier sees Rgb24; found {frame.Format}. Convert the frame first.", nameof(frame));
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(thumbnail.Length, ThumbnailLengthBytes, nameof(thumbnail));
        ArgumentOutOfRangeException.ThrowIfNotEqual(crops.Length, CropsLengthBytes, nameof(crops));
        ArgumentOutOfRangeException.ThrowIfNegative(view);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(view, ViewCount);
        FillWhole(frame, ThumbnailSide, thumbnail);
        if (IsMirrored(view))
        {
            Mirroring.ReverseRows(thumbnail, ThumbnailSide);
        }

        FillCrops(frame, crops, view);
    }

    /// <summary>Goes on to the next view of the frame that the inputs were filled from.</summary>
    /// <param name="frame">The same frame; only its patches are read again.</param>
    /// <param name="thumbnail">As the view before left it.</param>
    /// <param name="crops">Overwritten.</param>
    /// <param name="view">1 to <see cref="ViewCount"/> - 1: one more than the view before.</param>
    public static void FillNext(Frame frame, Span<byte> thumbnail, Span<byte> crops, int view)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfLessThan(view, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(view, ViewCount);

        // All views share the thumbnail, and every second one mirrors it.
        Mirroring.ReverseRows(thumbnail, ThumbnailSide);
        FillCrops(frame, crops, view);
    }

    private static bool IsMirrored(int view) => view % 2 == 1;

    /// <summary>Fills a picture of the whole frame: exact area averages in whole numbers, aspect ignored.</summary>
    /// <param name="frame">Rgb24 of any size.</param>
    /// <param name="side">Width and height of the picture.</param>
    /// <param name="picture">side x side x 3 RGB bytes.</param>
    /// <remarks>
    /// Lengths are counted in parts of a pixel of which it has <paramref name="side"/>: an output cell is then as long as
    /// the frame is wide (or high), so no cell ends inside a part.
    /// </remarks>
    public void FillWhole(Frame frame, int side, Span<byte> picture)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, side * side * 3, nameof(picture));
        var (width, height) = (frame.Width, frame.Height);
        if (_sums.Length < width * 3)
        {
            _sums = new uint[width * 3];
        }

        var sums = _sums.AsSpan(0, width * 3);
        var area = (ulong)width * (ulong)height;
        for (var row = 0; row < side; row++)
        {
            // 1. Weighted sum of the rows under this row of cells: at most 255 * height, 24 bits for any JPEG.
            sums.Clear();
            var (top, bottom) = ((long)row * height, (row + 1L) * height);
            for (var y = (int)(top / side); (long)y * side < bottom; y++)
            {
                AddWeighted(frame.Pixels.Slice(y * width * 3, width * 3), Overlap(y, side, top, bottom), sums);
            }

            // 2. The same along the row.
            var cells = picture.Slice(row * side * 3, side * 3);
            for (var column = 0; column < side; column++)
            {
                var (left, right) = ((long)column * width, (column + 1L) * width);
                ulong red = 0, green = 0, blue = 0;
                for (var x = (int)(left / side); (long)x * side < right; x++)
                {
                    ulong weight = Overlap(x, side, left, right);
                    red += sums[x * 3] * weight;
                    green += sums[(x * 3) + 1] * weight;
                    blue += sums[(x * 3) + 2] * weight;
                }

                cells[column * 3] = (byte)((red + (area / 2)) / area);
                cells[(column * 3) + 1] = (byte)((green + (area / 2)) / area);
                cells[(column * 3) + 2] = (byte)((blue + (area / 2)) / area);
            }
        }
    }

    // Length that pixel `index` shares with [start, end), in parts of a pixel of which it has `side`.
    private static uint Overlap(int index, int side, long start, long end) =>
        (uint)(Math.Min(end, (index + 1L) * side) - Math.Max(start, (long)index * side));

    private static void AddWeighted(ReadOnlySpan<byte> row, uint weight, Span<uint> sums)
    {
        var x = 0;
        var quarter = Vector<uint>.Count;
        for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[x..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            (new Vector<uint>(sums[x..]) + (first * weight)).CopyTo(sums[x..]);
            (new Vector<uint>(sums[(x + quarter)..]) + (second * weight)).CopyTo(sums[(x + quarter)..]);
            (new Vector<uint>(sums[(x + (2 * quarter))..]) + (third * weight)).CopyTo(sums[(x + (2 * quarter))..]);
            (new Vector<uint>(sums[(x + (3 * quarter))..]) + (fourth * weight)).CopyTo(sums[(x + (3 * quarter))..]);
        }

        for (; x < row.Length; x++)
        {
            sums[x] += row[x] * weight;
        }
    }

    private static void FillCrops(Frame frame, Span<byte> crops, int view)
    {
        var (moveX, moveY) = Moves[view];
        for (var y = 0; y < CropsSide; y++)
        {
            var sourceY = Mirroring.Fold(Start(frame.Height, y / PatchSide, moveY) + (y % PatchSide), frame.Height);
            var source = frame.Pixels.Slice(sourceY * frame.Width * 3, frame.Width * 3);
            var target = crops.Slice(y * CropsSide * 3, CropsSide * 3);
            for (var patch = 0; patch < 2; patch++)
            {
                var left = Start(frame.Width, patch, moveX);
                var piece = target.Slice(patch * PatchSide * 3, PatchSide * 3);
                if (left >= 0 && left + PatchSide <= frame.Width)
                {
                    source.Slice(left * 3, PatchSide * 3).CopyTo(piece);
                    continue;
                }

                for (var x = 0; x < PatchSide; x++)
                {
                    source.Slice(Mirroring.Fold(left + x, frame.Width) * 3, 3).CopyTo(piece[(x * 3)..]);
                }
            }
        }

        if (IsMirrored(view))
        {
            Mirroring.ReverseRows(crops, CropsSide);
        }
    }

    // Centres at a quarter and three quarters of the side, or as far from there as the patch stays in its half; then up and
    // left to a block of JPEG: the marks of compression lie at the same places of every patch.
    private static int Start(int side, int patch, int move)
    {
        var room = Math.Max(0, (side / 2) - PatchSide) / 2;
        return ((((2 * patch) + 1) * side / 4) - (PatchSide / 2) + (move * room)) & ~(JpegBlockSide - 1);
    }
}
