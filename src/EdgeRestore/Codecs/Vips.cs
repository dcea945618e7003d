using System.Reflection;
using System.Runtime.InteropServices;

namespace EdgeRestore.Codecs;

/// <summary>
/// The part of libvips' C API that is used, as exported by sharp's self-contained build and by Debian's libvips42.
/// </summary>
/// <remarks>
/// Variadic functions end with a null pointer, declared here as one more argument. No double is ever passed that way:
/// a non-variadic call would put it where the callee does not look.
/// </remarks>
internal static partial class Vips
{
    public const int InterpretationCmyk = 15;
    public const int InterpretationSrgb = 22;
    public const int FormatUchar = 0;

    private const string Library = "vips";
    private const string Remedy =
        "Run npm ci in the repository (package @img/sharp-libvips-linux-x64 or -arm64), "
        + "or: apt-get install -y libvips42";

    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Loads and sets up the library once.</summary>
    /// <exception cref="EdgeRestoreException">It is not there or does not start.</exception>
    public static void Require() => _ = Started.Value;

    /// <summary>The library's own words about what went wrong, and forgets them.</summary>
    public static string TakeError()
    {
        var text = Marshal.PtrToStringUTF8(ErrorBuffer())?.Trim().ReplaceLineEndings("; ");
        ErrorClear();
        return string.IsNullOrEmpty(text) ? "no reason given" : text;
    }

    [LibraryImport(Library, EntryPoint = "vips_image_new_from_buffer", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial nint ImageNewFromBuffer(byte* bytes, nuint length, string options, nint end);

    [LibraryImport(Library, EntryPoint = "vips_image_new_from_memory")]
    public static unsafe partial nint ImageNewFromMemory(
        byte* pixels, nuint length, int width, int height, int bands, int format);

    [LibraryImport(Library, EntryPoint = "vips_image_get_width")]
    public static partial int Width(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_height")]
    public static partial int Height(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_bands")]
    public static partial int Bands(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_hasalpha")]
    public static partial int HasAlpha(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_orientation")]
    public static partial int GetOrientation(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_interpretation")]
    public static partial int Interpretation(nint image);

    /// <summary>The type of a field, 0 for none of the name.</summary>
    [LibraryImport(Library, EntryPoint = "vips_image_get_typeof", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint TypeOf(nint image, string field);

    [LibraryImport(Library, EntryPoint = "vips_image_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Remove(nint image, string field);

    [LibraryImport(Library, EntryPoint = "vips_insert")]
    public static partial int Insert(nint main, nint over, out nint result, int left, int top, nint end);

    [LibraryImport(Library, EntryPoint = "vips_autorot")]
    public static partial int Autorotate(nint image, out nint result, nint end);

    [LibraryImport(Library, EntryPoint = "vips_colourspace")]
    public static partial int Colourspace(nint image, out nint result, int space, nint end);

    [LibraryImport(Library, EntryPoint = "vips_flatten")]
    public static partial int Flatten(nint image, out nint result, nint end);

    [LibraryImport(Library, EntryPoint = "vips_cast")]
    public static partial int Cast(nint image, out nint result, int format, nint end);

    [LibraryImport(Library, EntryPoint = "vips_image_write_to_memory")]
    public static partial nint WriteToMemory(nint image, out nuint length);

    [LibraryImport(Library, EntryPoint = "vips_image_write_to_buffer", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WriteToBuffer(nint image, string suffix, out nint bytes, out nuint length, nint end);

    [LibraryImport(Library, EntryPoint = "g_object_unref")]
    public static partial void Unref(nint image);

    [LibraryImport(Library, EntryPoint = "g_free")]
    public static partial void Free(nint bytes);

    [LibraryImport(Library, EntryPoint = "g_setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport(Library, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Init(string program);

    [LibraryImport(Library, EntryPoint = "vips_concurrency_set")]
    private static partial void ConcurrencySet(int threads);

    [LibraryImport(Library, EntryPoint = "vips_cache_set_max")]
    private static partial void CacheSetMax(int operations);

    [LibraryImport(Library, EntryPoint = "vips_block_untrusted_set")]
    private static partial void BlockUntrustedSet(int state);

    [LibraryImport(Library, EntryPoint = "vips_error_buffer")]
    private static partial nint ErrorBuffer();

    [LibraryImport(Library, EntryPoint = "vips_error_clear")]
    private static partial void ErrorClear();

    private static bool Start()
    {
        NativeLibrary.SetDllImportResolver(typeof(Vips).Assembly, Resolve);
        try
        {
            // Or it writes its warnings about other people's metadata to the console; errors come back as results.
            SetEnvironment("VIPS_WARNING", "0", 1);
            if (Init("edgerestore") != 0)
            {
                throw new EdgeRestoreException($"libvips does not start: {TakeError()}. {Remedy}");
            }

            // Frames are worked on one per thread already; caching would keep them alive; loaders that libvips itself
            // does not trust with hostile bytes stay off.
            ConcurrencySet(1);
            CacheSetMax(0);
            BlockUntrustedSet(1);
            return true;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new EdgeRestoreException(
                "PNG, WebP and image files need the native library libvips 8.13 or newer, which was not found. "
                + $"{Remedy}",
                exception);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        var bundled = Path.Combine(AppContext.BaseDirectory, "runtimes", architecture, "native", "libvips-cpp.so");
        return NativeLibrary.TryLoad(bundled, out var handle) || NativeLibrary.TryLoad("libvips.so.42", out handle)
            ? handle
            : 0;
    }
}
