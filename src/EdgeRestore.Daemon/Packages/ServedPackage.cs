using System.Runtime.InteropServices;
using EdgeRestore.Daemon.Faults;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Repositories;

namespace EdgeRestore.Daemon.Packages;

/// <summary>A package with its engines, and the count of frames that are inside. Thread-safe.</summary>
/// <remarks>Once retired it takes no more frames, and frees its engines when the last one leaves.</remarks>
internal sealed partial class ServedPackage
{
    // The highest bit says that it is retired, the others count frames: one word, so that both change in one step.
    private const int RetiredBit = int.MinValue;

    private readonly ProviderBreaker? _breaker;
    private readonly ProviderStep[] _lost;
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;
    private int _isFreeing;
    private volatile PackageTrial? _trial;

    /// <param name="restorer">Owned from here on.</param>
    /// <param name="device">What it computes on: cpu, cuda or tensorrt.</param>
    /// <param name="clock">Measures a provider's failures.</param>
    /// <param name="lost">Providers that failed in service before it.</param>
    public ServedPackage(
        Restorer restorer, string device, TimeProvider clock, IEnumerable<ProviderStep>? lost = null)
    {
        _lost = [.. lost ?? []];
        Restorer = restorer;
        Device = device;
        LowerDevice = device switch { "tensorrt" => "cuda", "cuda" => "cpu", _ => null };
        Id = new PackageId(restorer.Package.Manifest.Name, restorer.Package.Manifest.Version);
        _breaker = LowerDevice is null
            ? null
            : new ProviderBreaker(clock, fault => ProviderLost?.Invoke(this, fault));
        restorer.FrameRetried = () => FrameRetried?.Invoke(Device);
    }

    public PackageId Id { get; }

    public Restorer Restorer { get; }

    /// <summary>What it computes on: cpu, cuda or tensorrt.</summary>
    public string Device { get; }

    /// <summary>What takes over when that fails; null for the last one.</summary>
    public string? LowerDevice { get; }

    /// <summary>The providers that were tried, and those that were lost before it.</summary>
    public IReadOnlyList<ProviderStep> Providers => [.. _lost, .. Restorer.Providers];

    /// <summary>Told, with the last failure, that its device fails again and again.</summary>
    public Action<ServedPackage, string>? ProviderLost { get; set; }

    /// <summary>Told, with its device, of every frame that is run again, since the device failed on it.</summary>
    public Action<string>? FrameRetried { get; set; }

    /// <summary>Done when its engines are freed.</summary>
    public Task Freed => _freed.Task;

    /// <summary>What its frames are judged by; null when nobody asks.</summary>
    public PackageTrial? Trial
    {
        get => _trial;
        set => _trial = value;
    }

    /// <summary>Lets a frame in, unless it is retired.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _state) > 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _state) == RetiredBit)
        {
            FreeOnce();
        }
    }

    /// <summary>The router of a stream's frames for as long as they come here.</summary>
    public StreamRouter CreateRouter(RoutingOptions options) => Restorer.CreateRouter(options);

    /// <summary>
    /// Takes one frame, which has entered, through its stream's route; a result that is none passes through.
    /// </summary>
    public RestoreResult Restore(
        Frame input, Frame output, StreamRouter router, float strength, CancellationToken token)
    {
        var result = _breaker is null
            ? Restorer.Restore(input, output, router, strength, token)
            : RestoreGuarded(_breaker, input, output, router, strength, token);
        if (result is { Error: RestoreError.None, Bypassed: false }
            && OutputCheck.FindFault(input, output, result.Route) is { } fault)
        {
            input.Pixels.CopyTo(output.Pixels);
            result = result with { Bypass = BypassReason.BadOutput, Detail = fault };
        }

        _trial?.Observe(result);
        return result;
    }

    /// <summary>Takes no more frames.</summary>
    public void Retire()
    {
        if ((Interlocked.Or(ref _state, RetiredBit) & ~RetiredBit) == 0)
        {
            FreeOnce();
        }
    }

    /// <summary>Where a lower device can take over, frames go on: what this one fails on passes through.</summary>
    private RestoreResult RestoreGuarded(
        ProviderBreaker breaker, Frame input, Frame output, StreamRouter router, float strength,
        CancellationToken token)
    {
        if (breaker.TryRun(
            static run => run.Restorer.Restore(run.input, run.output, run.router, run.strength, run.token),
            (Restorer, input, output, router, strength, token),
            out var result))
        {
            return result.Error == RestoreError.Engine
                ? result with { Error = RestoreError.None, Bypass = BypassReason.DeviceFault }
                : result;
        }

        input.Pixels.CopyTo(output.Pixels);
        return new RestoreResult(
            RestoreError.None,
            $"Provider {Device} fails; {LowerDevice} is about to take over.",
            Degradation.Clear, BypassReason.DeviceFault, Confidence: 0, TimeSpan.Zero, TimeSpan.Zero);
    }

    // A reload leaves megabytes of garbage on both heaps, and free pages in the allocator's arenas: a daemon that lives
    // for months gives them back.
    private static void ReturnMemory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        if (OperatingSystem.IsLinux())
        {
            try
            {
                MallocTrim(0);
            }
            catch (EntryPointNotFoundException)
            {
                // Not glibc.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint padBytes);

    // A frame that comes too late enters and leaves again, and so may be the last one more than once.
    private void FreeOnce()
    {
        if (Interlocked.Exchange(ref _isFreeing, 1) == 0)
        {
            // Not on the thread of the frame that left: freeing a device's memory takes its time.
            _ = Task.Run(() =>
            {
                Restorer.Dispose();
                ReturnMemory();
                _freed.TrySetResult();
            });
        }
    }
}
