using EdgeRestore.Inference;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace EdgeRestore.Daemon.Faults;

/// <summary>
/// Runs a frame that a provider stumbled over a second time, and takes a provider out of use that fails again and again.
/// Thread-safe.
/// </summary>
/// <remarks>Only where there is a lower one to go to: on the last one every frame is worth its own answer.</remarks>
internal sealed class ProviderBreaker
{
    // Devices stumble: a moment without memory, a clock that changes. What fails twice in a row fails a third time too.
    private const int RetryCount = 1;

    // Half of the frames of ten seconds, and not for a single frame that a device stumbled over.
    private const double FailureShare = 0.5;
    private const int MinFrameCount = 4;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // Tried again as often while the lower one is being built, or could not be.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline<RestoreResult> _pipeline;

    /// <param name="clock">Measures window and pause.</param>
    /// <param name="opened">Hears the last failure.</param>
    /// <param name="retried">Hears of every frame that is run again.</param>
    public ProviderBreaker(TimeProvider clock, Action<string> opened, Action retried)
    {
        _pipeline = new ResiliencePipelineBuilder<RestoreResult> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<RestoreResult>
            {
                FailureRatio = FailureShare,
                MinimumThroughput = MinFrameCount,
                SamplingDuration = Window,
                BreakDuration = Pause,
                ShouldHandle = static attempt => ValueTask.FromResult(
                    attempt.Outcome.Result is { Error: RestoreError.Engine } or { Bypass: BypassReason.BadOutput }),
                OnOpened = attempt =>
                {
                    opened(attempt.Outcome.Result.Detail ?? "No reason was given.");
                    return ValueTask.CompletedTask;
                },
            })
            .AddRetry(new RetryStrategyOptions<RestoreResult>
            {
                MaxRetryAttempts = RetryCount,
                Delay = TimeSpan.Zero,

                // A result that is no picture is not the device's stumbling: the same frame gives it again.
                ShouldHandle = static attempt => ValueTask.FromResult(
                    attempt.Outcome.Result is { Error: RestoreError.Engine }),
                OnRetry = _ =>
                {
                    retried();
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Runs a frame, or says that none is to be run now.</summary>
    public bool TryRun<TState>(Func<TState, RestoreResult> run, TState state, out RestoreResult result)
    {
        try
        {
            result = _pipeline.Execute(run, state);
            return true;
        }
        catch (BrokenCircuitException)
        {
            result = default;
            return false;
        }
    }
}
