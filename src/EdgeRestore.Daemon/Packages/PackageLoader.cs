using EdgeRestore.Daemon.Settings;
using EdgeRestore.Inference;
using EdgeRestore.Packages;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Builds the engines of a package.</summary>
/// <returns>With the device that was found to run it.</returns>
internal delegate (Restorer Restorer, string Device) LoadRestorer(ModelPackage package, RestorerOptions options);

/// <summary>Builds the engines of packages, all as the settings say.</summary>
/// <param name="settings">All of them.</param>
/// <param name="clock">Measures a provider's failures.</param>
/// <param name="load">Null for ONNX Runtime; tests that need a device to fail have their own.</param>
internal sealed class PackageLoader(DaemonSettings settings, TimeProvider clock, LoadRestorer? load = null)
{
    private readonly LoadRestorer _load = load ?? LoadWithOnnxRuntime;

    /// <summary>Builds what a start needs: the classifier and one route; the others follow.</summary>
    /// <exception cref="EdgeRestoreException">ONNX Runtime, the device or a graph does not work.</exception>
    public ServedPackage Load(ModelPackage package)
    {
        var (restorer, device) = _load(package, Options());
        return new ServedPackage(restorer, device, clock);
    }

    /// <summary>Builds every route of a package on the device below the one that it lost.</summary>
    /// <exception cref="EdgeRestoreException">It does not work there.</exception>
    public ServedPackage LoadBelow(ServedPackage lost, string fault)
    {
        var (restorer, device) = _load(
            lost.Restorer.Package, Options() with { Device = lost.LowerDevice!, Preload = true });
        return new ServedPackage(
            restorer, device, clock,
            lost.Providers.Where(step => !step.IsUsed)
                .Append(new ProviderStep(lost.Device, false, $"failed in service: {fault}")));
    }

    /// <summary>Builds and probes every route, beside what is served.</summary>
    /// <param name="package">Verified.</param>
    /// <param name="served">What the probe compares with; null at the start.</param>
    /// <exception cref="EdgeRestoreException">It does not work, or must not take streams.</exception>
    public ServedPackage LoadAndProbe(ModelPackage package, ServedPackage? served)
    {
        var (restorer, device) = _load(package, Options() with { Preload = true });
        var isEntered = served?.TryEnter() ?? false;
        try
        {
            PackageProbe.Require(restorer, isEntered ? served!.Restorer : null);
            return new ServedPackage(restorer, device, clock);
        }
        catch
        {
            restorer.Dispose();
            throw;
        }
        finally
        {
            if (isEntered)
            {
                served!.Leave();
            }
        }
    }

    private static (Restorer Restorer, string Device) LoadWithOnnxRuntime(ModelPackage package, RestorerOptions options)
    {
        var restorer = Restorer.Load(package, options);
        return (restorer, restorer.Providers.Last(step => step.IsUsed).Provider);
    }

    private RestorerOptions Options() => new()
    {
        Device = settings.Providers.Device.ToLowerInvariant(),
        Precision = settings.Providers.Precision.ToLowerInvariant(),
        Threads = settings.Engine.Threads,
        TokensEveryFrames = settings.Engine.TokensEvery,
        ConcurrentRunCount = settings.Engine.Concurrency,
        MaxFramePixels = settings.Limits.MaxPixels,
        MaxTilePixels = settings.Engine.MaxTilePixels,
        OnnxRuntimeDirectory = settings.Providers.OnnxRuntime,
        EngineDirectory = settings.Providers.Engines,
    };
}
