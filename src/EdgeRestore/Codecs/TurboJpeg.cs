using System.Runtime.InteropServices;

namespace EdgeRestore.Codecs;

/// <summary>The TurboJPEG 2.x C API (turbojpeg.h of libjpeg-turbo 2.1), which 3.x still exports.</summary>
internal static partial class TurboJpeg
{
    public const string Library = "libturbojpeg.so.0";

    public const int PixelRgb = 0;
    public const int PixelBgr = 1;
    public const int PixelGray = 6;
    public const int Sampling444 = 0;
    public const int Sampling420 = 2;
    public const int SamplingGray = 3;
    public const int ColorspaceCmyk = 3;
    public const int ColorspaceYcck = 4;
    public const int FlagNoRealloc = 1024;
    public const int FlagAccurateDct = 4096;
    public const int FlagStopOnWarning = 8192;
    public const int FlagLimitScans = 32768;

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    public static partial nint InitCompress();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static unsafe partial int DecompressHeader(
        nint handle, byte* jpeg, CULong length, out int width, out int height, out int sampling, out int colorspace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static unsafe partial int Decompress(
        nint handle, byte* jpeg, CULong length, byte* pixels, int width, int pitch, int height, int format, int flags);

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    public static unsafe partial int Compress(
        nint handle, byte* pixels, int width, int pitch, int height, int format,
        byte** jpeg, CULong* length, int sampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjBufSize")]
    public static partial CULong BufferSize(int width, int height, int sampling);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint GetErrorText(nint handle);

    public static string ErrorOf(nint handle) => Marshal.PtrToStringUTF8(GetErrorText(handle)) ?? "no reason given";
}
