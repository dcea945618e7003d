using EdgeRestore.Daemon.Singles;
using EdgeRestore.Protocol.Inference;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>What requests to each model came to, since the start or since another version is served. Thread-safe.</summary>
internal sealed class InferenceStatistics(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ModelStatistics> _models = new(StringComparer.Ordinal);
    private string _version = "";

    /// <summary>A request was answered.</summary>
    public void Succeeded(string model, string version, TimeSpan time, IReadOnlyList<SingleReply> replies)
    {
        lock (_gate)
        {
            var statistics = Find(model, version);
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
    public void Failed(string model, string version, TimeSpan time)
    {
        lock (_gate)
        {
            Add(Find(model, version).InferenceStats.Fail, time);
        }
    }

    /// <summary>A copy; of a model that nobody has asked yet, zeros.</summary>
    public ModelStatistics Read(string model, string version)
    {
        lock (_gate)
        {
            return Find(model, version).Clone();
        }
    }

    private ModelStatistics Find(string model, string version)
    {
        if (_version != version)
        {
            _models.Clear();
            _version = version;
        }

        if (!_models.TryGetValue(model, out var statistics))
        {
            _models[model] = statistics = new ModelStatistics
            {
                Name = model,
                Version = version,
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
