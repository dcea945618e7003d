using System.Runtime.CompilerServices;
using EdgeRestore.Daemon.Singles;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.Inference;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>What requests to each model of a package came to, since that was loaded. Thread-safe.</summary>
internal sealed class InferenceStatistics(TimeProvider clock)
{
    private readonly Lock _gate = new();

    // By the package itself, since versions may be named alike; its counts go with it, when its last request has.
    private readonly ConditionalWeakTable<ModelPackage, Dictionary<string, ModelStatistics>> _models = [];

    /// <summary>A request was answered.</summary>
    /// <param name="model">The one that was asked.</param>
    /// <param name="package">What answered.</param>
    /// <param name="time">From the request to its answer.</param>
    /// <param name="replies">One for each frame.</param>
    public void Succeeded(string model, ModelPackage package, TimeSpan time, IReadOnlyList<SingleReply> replies)
    {
        lock (_gate)
        {
            var statistics = Find(model, package);
            statistics.LastInference = (ulong)clock.GetUtcNow().ToUnixTimeMilliseconds();
            statistics.InferenceCount += (ulong)replies.Count;
            statistics.ExecutionCount += (ulong)replies.Count;
            var all = statistics.InferenceStats;
            Add(all.Success, time);
            Add(all.Queue, Sum(replies, reply => reply.Times.Queue));
            Add(all.ComputeInput, Sum(replies, reply => reply.Times.Decode));
            Add(all.ComputeInfer, Sum(replies, reply => reply.Result.Classify + reply.Result.Run));
            Add(all.ComputeOutput, Sum(replies, reply => reply.Times.Encode));
            var single = statistics.BatchStats[0];
            foreach (var reply in replies)
            {
                Add(single.ComputeInput, reply.Times.Decode);
                Add(single.ComputeInfer, reply.Result.Classify + reply.Result.Run);
                Add(single.ComputeOutput, reply.Times.Encode);
            }
        }
    }

    /// <summary>A request got an error, or its client went away.</summary>
    public void Failed(string model, ModelPackage package, TimeSpan time)
    {
        lock (_gate)
        {
            Add(Find(model, package).InferenceStats.Fail, time);
        }
    }

    /// <summary>A copy; of a model that nobody has asked yet, zeros.</summary>
    public ModelStatistics Read(string model, ModelPackage package)
    {
        lock (_gate)
        {
            return Find(model, package).Clone();
        }
    }

    private ModelStatistics Find(string model, ModelPackage package)
    {
        var models = _models.GetValue(package, _ => new Dictionary<string, ModelStatistics>(StringComparer.Ordinal));
        if (!models.TryGetValue(model, out var statistics))
        {
            models[model] = statistics = new ModelStatistics
            {
                Name = model,
                Version = package.Manifest.Version,
                InferenceStats = new InferStatistics
                {
                    Success = new StatisticDuration(),
                    Fail = new StatisticDuration(),
                    Queue = new StatisticDuration(),
                    ComputeInput = new StatisticDuration(),
                    ComputeInfer = new StatisticDuration(),
                    ComputeOutput = new StatisticDuration(),
                    CacheHit = new StatisticDuration(),
                    CacheMiss = new StatisticDuration(),
                },
                BatchStats =
                {
                    new InferBatchStatistics
                    {
                        BatchSize = 1,
                        ComputeInput = new StatisticDuration(),
                        ComputeInfer = new StatisticDuration(),
                        ComputeOutput = new StatisticDuration(),
                    },
                },
            };
        }

        return statistics;
    }

    private static TimeSpan Sum(IReadOnlyList<SingleReply> replies, Func<SingleReply, TimeSpan> part) =>
        replies.Aggregate(TimeSpan.Zero, (sum, reply) => sum + part(reply));

    private static void Add(StatisticDuration duration, TimeSpan time)
    {
        duration.Count++;
        duration.Ns += (ulong)Math.Max(0, time.Ticks) * TimeSpan.NanosecondsPerTick;
    }
}
