using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// Rows of 32-bit words made columns. Four channels in 8 bits are a word, so this is how images change between channels
/// first and channels last, a block that fits the first cache at a time.
/// </summary>
internal static unsafe class WordTransposition
{
    // Words of a block in between. Runs of 1024 places of a channel took 0.6 ms where runs of 256 took 0.8, because
    // hardware fetches along them ahead (32 channels, 320x180, AMD EPYC).
    public const int MaxWords = 8;
    public const int MaxPlaces = 1024;

    /// <summary>How many parts an image is worked on in, one after the other or side by side.</summary>
    public static int TilesOf(long places) => (int)((places + MaxPlaces - 1) / MaxPlaces);

    /// <summary>Which image, and which of its places, a part of a batch is.</summary>
    public static (int Image, long First, int Count) TileAt(int index, int tilesPerImage, long places)
    {
        var (image, tile) = Math.DivRem(index, tilesPerImage);
        var first = (long)tile * MaxPlaces;
        return (image, first, (int)Math.Min(MaxPlaces, places - first));
    }

    /// <summary>Writes the word of (row, column) to (column, row).</summary>
    /// <param name="source">The first row.</param>
    /// <param name="sourceStride">Bytes from a row to the next one.</param>
    /// <param name="target">The first column.</param>
    /// <param name="targetStride">Bytes from a column to the next one.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="columns">How many words a row has.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        byte* source, nint sourceStride, byte* target, nint targetStride, int rows, int columns)
    {
        var row = 0;
        for (; Vector128.IsHardwareAccelerated && row + 4 <= rows; row += 4)
        {
            var from = source + (row * sourceStride);
            var to = target + (row * sizeof(uint));
            var column = 0;
            for (; column + 4 <= columns; column += 4, from += 4 * sizeof(uint), to += 4 * targetStride)
            {
                var a = Vector128.Load((uint*)from);
                var b = Vector128.Load((uint*)(from + sourceStride));
                var c = Vector128.Load((uint*)(from + (2 * sourceStride)));
                var d = Vector128.Load((uint*)(from + (3 * sourceStride)));
                var (ac0, ac1) = (ZipLow(a, c), ZipHigh(a, c));
                var (bd0, bd1) = (ZipLow(b, d), ZipHigh(b, d));
                ZipLow(ac0, bd0).Store((uint*)to);
                ZipHigh(ac0, bd0).Store((uint*)(to + targetStride));
                ZipLow(ac1, bd1).Store((uint*)(to + (2 * targetStride)));
                ZipHigh(ac1, bd1).Store((uint*)(to + (3 * targetStride)));
            }

            CopyWords(from, sourceStride, to, targetStride, 4, columns - column);
        }

        CopyWords(
            source + (row * sourceStride), sourceStride, target + (row * sizeof(uint)), targetStride,
            rows - row, columns);
    }

    private static void CopyWords(
        byte* source, nint sourceStride, byte* target, nint targetStride, int rows, int columns)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                Unsafe.WriteUnaligned(
                    target + (column * targetStride) + (row * sizeof(uint)),
                    Unsafe.ReadUnaligned<uint>(source + (row * sourceStride) + (column * sizeof(uint))));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipLow(Vector128<uint> even, Vector128<uint> odd) =>
        Sse2.IsSupported ? Sse2.UnpackLow(even, odd)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(even, odd)
        : Vector128.Create(even[0], odd[0], even[1], odd[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipHigh(Vector128<uint> even, Vector128<uint> odd) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(even, odd)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(even, odd)
        : Vector128.Create(even[2], odd[2], even[3], odd[3]);
}
