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

    /// <summary>Asks until the answer satisfies; each question is a round trip, so this does not spin.</summary>
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
        }
    }
}
