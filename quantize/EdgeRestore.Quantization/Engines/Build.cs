using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Quantization.Engines;

/// <summary>The folders of one build, and what the provider is asked for in them.</summary>
internal sealed class Build
{
    private readonly EngineTask _task;
    private readonly BuilderOptions _options;
    private readonly string _prefix;
    private readonly string _graph;

    public Build(EngineCache cache, ModelPackage package, EngineTask task, BuilderOptions options, EngineKey key)
    {
        (_task, _options, _prefix) = (task, options, key.Prefix);
        _graph = package.GetPath(task.File);
        Folder = cache.CreateBuilding(key.Prefix);
        TimingFolder = Folder + ".timing";
        Directory.CreateDirectory(TimingFolder);

        // A copy: the provider writes in place, and one that is killed then would spoil it for all later builds.
        var known = cache.TimingDirectory(key.Device);
        if (Directory.Exists(known))
        {
            foreach (var file in Directory.EnumerateFiles(known))
            {
                File.Copy(file, Path.Combine(TimingFolder, Path.GetFileName(file)));
            }
        }
    }

    public string Folder { get; }

    public string TimingFolder { get; }

    public string ContextName => _prefix + "_ctx.onnx";

    public ProviderCall BuildCall => CallOn(_graph, TimingFolder);

    public ProviderCall LoadCall => CallOn(_graph, null);

    public ProviderCall ContextCall => CallOn(Path.Combine(Folder, ContextName), null);

    /// <summary>Names of what the provider wrote.</summary>
    /// <exception cref="EngineException">No engine.</exception>
    public IReadOnlyList<string> RequireEngineFiles()
    {
        var files = Files();
        return files.Any(file => file.EndsWith(".engine", StringComparison.Ordinal))
            ? files
            : throw new EngineException(
            $"TensorRT took up no part of {_task}: found no engine in what it wrote ({Join(files)}). Its log says "
            + "which operator it refuses; use another precision, or device cuda.");
    }

    /// <summary>A load that writes has built, and would do so in the daemon again.</summary>
    /// <exception cref="EngineException">Something was written.</exception>
    public void RequireSameFiles(IReadOnlyList<string> before)
    {
        var after = Files();
        if (!after.SequenceEqual(before))
        {
            throw new EngineException(
                $"The provider does not find the engine of {_task} that it has built: loading it wrote "
                + $"{Join([.. after.Except(before)])}. "
                + "A daemon would build at every start. Please report this with the versions that 'engine list' "
                + "tells.");
        }
    }

    private static string Join(IReadOnlyList<string> files) => files.Count == 0 ? "nothing" : string.Join(", ", files);

    private IReadOnlyList<string> Files() =>
        [.. Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private ProviderCall CallOn(string path, string? timingFolder) => new(
        path,
        TensorRtOptions.FixedDimensions(_task.Shapes),
        TensorRtOptions.Of(_task.Shapes, _options, _prefix, Folder, timingFolder));
}
