using EdgeRestore.Inference;
using Polly;
using Polly.CircuitBreaker;

namespace EdgeRestore.Daemon.Faults;

/// <summary>Takes a provider out of use that fails again and again. Thread-safe.</summary>
/// <remarks>Only where there is a lower one to go to: on the last one every frame is worth its own answer.</remarks>
internal sealed class ProviderBreaker
{
    // Half of the frames of ten seconds, and not for a single frame that a device stumbled over.
    private const double FailureShare = 0.5;
    private const int MinFrameCount = 4;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // Tried again as often while the lower one is being built, or could not be.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline<RestoreResult> _pipeline;

    /// <param name="clock">Measures window and pause.</param>
    /// <param name="opened">Hears the last failure.</param>
    public ProviderBreaker(TimeProvider clock, Action<string> opened)
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
