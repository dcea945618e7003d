using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeRestore.Inference.Engines;

/// <summary>The threads that a session of ONNX Runtime has started, and the processor time of its runs.</summary>
/// <remarks>
/// ONNX Runtime does not tell which they are. On Linux a thread bears the name of the one that started it, unless it is
/// given another: whoever opens a session bears a name of its own meanwhile, which the session's threads keep.
/// </remarks>
internal sealed unsafe partial class WorkerThreads
{
    // prctl(2). A name ends after 15 bytes.
    private const int SetName = 15;
    private const int GetName = 16;
    private const int NameLength = 16;

    // clock_gettime(2): of the calling thread, and of another, as pthread_getcpuclockid(3) makes one out of its id.
    private const int OwnClock = 3;
    private const int ClockOfThread = 6;

    private static int _lastNumber;

    private readonly string _name;
    private int[]? _ids;

    private WorkerThreads(string name) => _name = name;

    /// <summary>How many there are; none where the system does not tell.</summary>
    public int Count => Ids.Length;

    private int[] Ids => _ids ??= Find();

    /// <summary>Opens something that starts threads, on the calling thread alone.</summary>
    public static (T Opened, WorkerThreads Threads) Open<T>(Func<T> open)
    {
        var threads = new WorkerThreads(string.Create(
            CultureInfo.InvariantCulture, $"engine {Interlocked.Increment(ref _lastNumber) % 100_000_000}"));
        if (!OperatingSystem.IsLinux())
        {
            return (open(), threads);
        }

        var before = stackalloc byte[NameLength];
        _ = Prctl(GetName, before);
        var own = stackalloc byte[NameLength];
        System.Text.Encoding.ASCII.GetBytes(threads._name, new Span<byte>(own, NameLength - 1));
        _ = Prctl(SetName, own);
        try
        {
            return (open(), threads);
        }
        finally
        {
            _ = Prctl(SetName, before);
        }
    }

    /// <summary>
    /// What these threads and the calling one have computed. Work of others in the process is not in it; where the
    /// system does not tell, it is.
    /// </summary>
    public TimeSpan ReadTime()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.CpuUsage.TotalTime;
        }

        var time = Read(OwnClock);
        foreach (var id in Ids)
        {
            time += Read((~id << 3) | ClockOfThread);
        }

        return time;
    }

    private int[] Find()
    {
        const string Threads = "/proc/self/task";
        return !OperatingSystem.IsLinux() ? [] :
        [
            .. Directory.EnumerateDirectories(Threads)
                .Where(thread => ReadName(thread) == _name)
                .Select(thread => int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture)),
        ];
    }

    private static string ReadName(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd('\n');
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return "";
        }
    }

    private static TimeSpan Read(int clock)
    {
        // Seconds and nanoseconds. A thread that has ended computes no more.
        var time = stackalloc nint[2];
        return ReadClock(clock, time) == 0
            ? TimeSpan.FromTicks((time[0] * TimeSpan.TicksPerSecond) + (time[1] / TimeSpan.NanosecondsPerTick))
            : TimeSpan.Zero;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, byte* name);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, nint* time);
}
