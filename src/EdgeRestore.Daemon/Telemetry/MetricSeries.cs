namespace EdgeRestore.Daemon.Telemetry;

/// <summary>One instrument's values under one set of tags. Thread-safe; recording allocates nothing.</summary>
internal sealed class MetricSeries(KeyValuePair<string, object?>[] tags, double[]? bounds)
{
    private readonly long[] _buckets = new long[bounds is null ? 0 : bounds.Length + 1];
    private double _value;

    public IReadOnlyList<KeyValuePair<string, object?>> Tags => tags;

    /// <summary>Sum of what was added or recorded, or what was observed last.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>Whether the last reading of observable instruments gave a value.</summary>
    public bool IsCurrent { get; set; } = true;

    /// <summary>Recordings at or below each bound, one more for those above; not cumulative.</summary>
    public long ReadBucket(int index) => Interlocked.Read(ref _buckets[index]);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var found = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (found.Equals(seen))
            {
                return;
            }

            seen = found;
        }
    }

    public void Set(double value)
    {
        Volatile.Write(ref _value, value);
        IsCurrent = true;
    }

    public void Record(double value)
    {
        var index = 0;
        while (index < bounds!.Length && value > bounds[index])
        {
            index++;
        }

        Interlocked.Increment(ref _buckets[index]);
        Add(value);
    }

    public bool HasTags(ReadOnlySpan<KeyValuePair<string, object?>> asked)
    {
        if (asked.Length != tags.Length)
        {
            return false;
        }

        for (var index = 0; index < asked.Length; index++)
        {
            if (asked[index].Key != tags[index].Key || !Equals(asked[index].Value, tags[index].Value))
            {
                return false;
            }
        }

        return true;
    }
}
