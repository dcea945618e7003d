using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Quantization.Engines;

/// <summary>
/// Whether engines that are whole and of this machine compute what their networks do: a frame through each.
/// </summary>
internal sealed class EngineVerification(EngineCache cache, EngineBackend backend, ModelPackage package)
{
    /// <summary>
    /// Runs a frame; an engine that fails, is built anew at its load or computes something else counts as damaged.
    /// </summary>
    /// <returns>The engine as judged, and what the frame showed; nothing for one of another package.</returns>
    public (CachedEngine Engine, EngineTrial? Trial) Try(CachedEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        if (engine is not { State: EngineState.Ready, Manifest: { } manifest }
            || FindReference(manifest.File) is not { } reference)
        {
            return (engine, null);
        }

        var task = new EngineTask(manifest.File, reference, manifest.Precision, engine.Shapes);
        try
        {
            var path = manifest.ContextModel is { } context
                ? Path.Combine(engine.Folder, context) : package.GetPath(manifest.File);
            var call = new ProviderCall(
                path, TensorRtOptions.FixedDimensions(engine.Shapes),
                TensorRtOptions.Of(engine.Shapes, manifest.Builder, engine.Prefix, engine.Folder, timingFolder: null));
            var trial = EngineBuild.Require(backend.Try(call, package.GetPath(reference), engine.Shapes.Opt), task);
            cache.RequireNothingWritten(engine);
            return (engine, trial);
        }
        catch (EngineException exception)
        {
            return (engine with { State = EngineState.Damaged, Reason = $"a frame failed: {exception.Message}" }, null);
        }
    }

    private string? FindReference(string file) => package.Manifest.Routes.FirstOrDefault(route =>
        route.File == file || (route.Variants ?? []).Any(variant => variant.File == file))?.File;
}
