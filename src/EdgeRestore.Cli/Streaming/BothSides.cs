namespace EdgeRestore.Cli.Streaming;

/// <summary>Sending and receiving on one stream: either side's failure ends the other.</summary>
internal static class BothSides
{
    /// <param name="send">Cancels the source it is given when it fails, since nothing else wakes the receiver.</param>
    /// <param name="receive">Ends when the stream does; a sender must not wait for answers that nobody reads.</param>
    /// <param name="token">Ends both.</param>
    public static async Task RunAsync(
        Func<CancellationTokenSource, Task> send, Func<CancellationToken, Task> receive, CancellationToken token)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token);
        var sending = send(both);
        try
        {
            await receive(both.Token);
            await sending;
        }
        catch (Exception exception)
        {
            await both.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The cause is what one side failed with; the other only saw the cancellation.
            if (exception is OperationCanceledException && sending.IsFaulted)
            {
                sending.GetAwaiter().GetResult();
            }

            throw;
        }
    }
}
