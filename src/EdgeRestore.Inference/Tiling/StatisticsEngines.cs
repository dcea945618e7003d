using System.Collections.Immutable;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Tiling;

/// <summary>
/// A subnetwork cut where it measures the whole frame: one engine also gives what it measured, the other takes that as
/// given.
/// </summary>
/// <remarks>
/// With one frame's statistics the second looks at neighbourhoods only, so that its tiles fit together as if the frame
/// had been run whole. It is the Test-time Local Converter (Chu et al., ECCV 2022) turned round: not each place's own
/// statistics, but the whole frame's for every place, as the network was trained.
/// </remarks>
internal sealed class StatisticsEngines : IDisposable
{
    // Sizes at which shapes are compared; multiples of every network's, and above what any pads by.
    private static readonly (int Width, int Height)[] Sizes = [(64, 64), (128, 96)];

    // What can make one value of all pixels. Matrix products of a frame with itself end in a softmax.
    private static readonly ImmutableHashSet<string> Measures =
    [
        "Softmax", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum",
        "ReduceL1", "ReduceL2",
    ];

    private StatisticsEngines(Engine measuring, Engine applying) => (Measuring, Applying) = (measuring, applying);

    /// <summary>The subnetwork itself; fills a slot's statistics as it runs.</summary>
    public Engine Measuring { get; }

    /// <summary>The subnetwork with the slot's statistics in place of the frame's own.</summary>
    public Engine Applying { get; }

    /// <summary>Cuts a subnetwork.</summary>
    /// <param name="name">The uncut engine's.</param>
    /// <param name="path">Its graph.</param>
    /// <param name="open">Opens a session on a graph.</param>
    /// <returns>Null for a graph that measures nothing, or only values whose shapes change with the frame's.</returns>
    /// <exception cref="OnnxException">The graph cannot be read or cut.</exception>
    /// <exception cref="OnnxRuntimeException">A session cannot be opened, or does not run.</exception>
    public static StatisticsEngines? TryBuild(EngineName name, string path, Func<OnnxFile, InferenceSession> open)
    {
        var file = OnnxFile.Read(path);
        var candidates = FindCandidates(file);
        if (candidates.Count == 0)
        {
            return null;
        }

        var whole = GraphExtraction.Extract(file, [.. file.Graph.Inputs], [.. file.Graph.Outputs, .. candidates]);
        var measuring = open(whole);
        try
        {
            var found = Compare(measuring, candidates);
            var rest = GraphExtraction.Extract(
                file,
                [.. file.Graph.Inputs, .. candidates.Where(value => found.Any(other => other.Name == value.Name))],
                [.. file.Graph.Outputs]);

            // Norms inside a matrix that is given itself are not asked for any more.
            var statistics = new FrameStatistics(
                [.. found.Where(value => rest.Graph.Inputs.Any(input => input.Name == value.Name))]);
            if (statistics.Values.IsEmpty)
            {
                measuring.Dispose();
                return null;
            }

            return new StatisticsEngines(
                new Engine(name, measuring) { Gives = statistics },
                new Engine(name, open(rest)) { Takes = statistics });
        }
        catch
        {
            measuring.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Measuring.Dispose();
        Applying.Dispose();
    }

    /// <summary>Values on the way from the frame to the restored one that could be measured over all of it.</summary>
    private static List<ValueDefinition> FindCandidates(OnnxFile file)
    {
        var types = ValueTypes.Infer(file.Graph);
        var restored = file.Graph.Outputs.Where(output => output.Name == "restored").ToArray();
        var behindFrame = new HashSet<string>(StringComparer.Ordinal) { "frame" };
        var candidates = new List<ValueDefinition>();
        foreach (var node in GraphExtraction.Extract(file, [.. file.Graph.Inputs], restored).Graph.Nodes)
        {
            if (!node.Inputs.Any(behindFrame.Contains))
            {
                continue;
            }

            behindFrame.UnionWith(node.Outputs);
            if (node.Domain.Length == 0 && Measures.Contains(node.OpType)
                && types.TryGetValue(node.Outputs[0], out var type) && type is ElementType.Float or ElementType.Float16)
            {
                candidates.Add(new ValueDefinition(node.Outputs[0], new TensorType(type, null)));
            }
        }

        return candidates;
    }

    /// <summary>Those whose shapes are the same for frames of two sizes.</summary>
    private static List<FrameStatistic> Compare(InferenceSession session, List<ValueDefinition> candidates)
    {
        using var options = new RunOptions();
        var found = Sizes.Select(size =>
        {
            using var frame = OrtValue.CreateTensorValueFromMemory(
                new byte[size.Width * size.Height * 3], [1, size.Height, size.Width, 3]);
            using var strength = OrtValue.CreateTensorValueFromMemory(new float[] { 1 }, [1]);
            using var results = session.Run(
                options, ["frame", "strength"], [frame, strength], [.. candidates.Select(value => value.Name)]);
            return results.Select((value, index) =>
            {
                var type = value.GetTensorTypeAndShape();
                return new FrameStatistic(candidates[index].Name, type.ElementDataType, [.. type.Shape]);
            }).ToArray();
        }).ToArray();
        return [.. found[0].Where((value, index) => value.Shape.SequenceEqual(found[1][index].Shape))];
    }
}
