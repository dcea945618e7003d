namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>Every await has an end: a test that hangs tells nothing.</summary>
internal static class Patience
{
    /// <summary>Long for a busy machine of two cores, short for a person.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> source)
    {
        using var timeout = new CancellationTokenSource(Limit);
        var list = new List<T>();
        await foreach (var item in source.WithCancellation(timeout.Token))
        {
            list.Add(item);
        }

        return list;
    }

    /// <summary>Reads until what is read satisfies.</summary>
    public static Task<T> UntilSeenAsync<T>(Func<T> read, Func<T, bool> isEnough) =>
        UntilAsync(() => Task.FromResult(read()), isEnough);

    /// <summary>Asks until the answer satisfies.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isEnough)
    {
        using var timeout = new CancellationTokenSource(Limit);
        while (true)
        {
            var answer = await ask().WaitAsync(timeout.Token);
            if (isEnough(answer))
            {
                return answer;
            }

            // What is waited for may need the core that asks.
            await Task.Delay(TimeSpan.FromMilliseconds(5), timeout.Token);
        }
    }
}
