using System.Runtime.InteropServices;

namespace EdgeRestore.Inference.Engines;

/// <summary>The C library's heap, where engines are built.</summary>
internal static partial class NativeHeap
{
    /// <summary>
    /// Gives back what building engines has left free: glibc keeps it, spread over an arena for each thread that built.
    /// </summary>
    public static void Trim()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc; musl gives back by itself.
        }
    }

    // malloc_trim(3)
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keptBytes);
}
