using System.Globalization;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Quantization.Engines;

/// <summary>Builds engines into the cache of this machine. Daemons only read there.</summary>
/// <param name="cache">Where to.</param>
/// <param name="backend">What builds.</param>
/// <param name="device">Where this is.</param>
/// <param name="time">For waiting, and for the times told.</param>
internal sealed class EngineBuild(EngineCache cache, EngineBackend backend, DeviceIdentity device, TimeProvider time)
{
    // Below this an engine computes something else than its graph. Quality is judged when a precision is made; what
    // differs here are kernels, and for INT8 the precision itself, since the reference is the route's FP32 graph.
    private const double LeastPsnr = 45;
    private const double LeastInt8Psnr = 30;

    private static readonly TimeSpan WaitInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(5);

    // A builder that hears of the interruption ends in this; one that does not is left to the end of the process.
    private static readonly TimeSpan GiveUpTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Makes sure that one engine is there: (1) locks its place, (2) looks whether it is there and whole, (3) clears
    /// what a killed build left, (4) builds it in a folder of its own, (5) loads it and runs a frame, (6) does the same
    /// as a context model, (7) keeps what was measured of kernels, (8) puts it in its place.
    /// </summary>
    /// <exception cref="QuantizationException">The disk; no further engine can be built either.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; engines that are there stay.</exception>
    public async Task<BuildOutcome> RunAsync(
        ModelPackage package, EngineTask task, BuilderOptions options, Action<BuildProgress> tell,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(task);
        var key = EngineKey.Of(package, task.File, task.Shapes, options, device);
        IDisposable? held = null;
        try
        {
            // 1
            held = await LockAsync(key, task, tell, token);

            // 2
            var found = cache.Find(key);
            if (found is { State: EngineState.Ready })
            {
                return new BuildOutcome(task, BuildResult.Found, found, null);
            }

            // 3
            var leftCount = cache.RemoveUnfinished(key.Prefix);
            var reason = found?.Reason ?? (leftCount > 0 ? "an earlier build did not end" : null);
            var start = time.GetTimestamp();
            var built = new Build(cache, package, task, options, key);

            // 4
            var running = Task.Factory.StartNew(
                () => backend.Build(built.BuildCall, token), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            await WatchAsync(running, task, start, tell, token);
            if (!running.IsCompleted)
            {
                // The native builder goes on writing: its place stays locked until it or the process ends.
                var lockOfRunning = held;
                held = null;
                _ = running.ContinueWith(_ => lockOfRunning.Dispose(), TaskScheduler.Default);
                token.ThrowIfCancellationRequested();
            }

            await running;
            token.ThrowIfCancellationRequested();
            var seconds = time.GetElapsedTime(start).TotalSeconds;
            var files = built.RequireEngineFiles();

            // 5
            tell(new BuildProgress(task, BuildPhase.Trying, time.GetElapsedTime(start)));
            var trial = Require(backend.Try(built.LoadCall, package.GetPath(task.Reference), task.Shapes.Opt), task);
            built.RequireSameFiles(files);

            // 6
            var (context, note) = TryContext(built, files, package, task);

            // 7, 8
            tell(new BuildProgress(task, BuildPhase.Publishing, time.GetElapsedTime(start)));
            cache.SaveTiming(built.TimingFolder, device);
            var engine = cache.Publish(built.Folder, key.Prefix, new EngineManifest
            {
                Format = EngineManifest.CurrentFormat,
                Package = $"{package.Manifest.Name} {package.Manifest.Version}",
                File = task.File,
                Precision = task.Precision,
                Shapes = task.Shapes.ToString(),
                Builder = options,
                KeySha256 = key.Sha256,
                Key = key.Parts,
                BuiltAt = time.GetUtcNow(),
                BuildSeconds = seconds,
                RunMilliseconds = trial.RunMilliseconds,
                PsnrToCpu = double.IsFinite(trial.PsnrToCpu) ? trial.PsnrToCpu : 100,
                PartCount = files.Count,
                ContextModel = context,
                ContextNote = note,
                Files = [],
            });
            cache.RemoveUnfinished(key.Prefix);
            return new BuildOutcome(task, BuildResult.Built, engine, reason);
        }
        catch (EngineException exception)
        {
            RemoveQuietly(key, held);
            return new BuildOutcome(task, BuildResult.Failed, null, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            RemoveQuietly(key, held);
            throw new QuantizationException(
                $"The engine of {task} cannot be written to '{cache.Directory}': {exception.Message} Nothing "
                + "half-written is left, engines that were there stay. Free space, or name another folder with "
                + "--cache, then run the same command again.",
                exception);
        }
        finally
        {
            held?.Dispose();
        }
    }

    private async Task<IDisposable> LockAsync(
        EngineKey key, EngineTask task, Action<BuildProgress> tell, CancellationToken token)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            token.ThrowIfCancellationRequested();
            if (cache.TryLock(key.Prefix) is { } held)
            {
                return held;
            }

            tell(new BuildProgress(task, BuildPhase.Waiting, time.GetElapsedTime(start)));
            await Task.Delay(WaitInterval, time, token);
        }
    }

    /// <summary>Returns when the build has ended, or some time after the token was cancelled.</summary>
    private async Task WatchAsync(
        Task running, EngineTask task, long start, Action<BuildProgress> tell, CancellationToken token)
    {
        while (!running.IsCompleted)
        {
            tell(new BuildProgress(task, BuildPhase.Building, time.GetElapsedTime(start)));
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(token);
            await Task.WhenAny(running, Task.Delay(TellInterval, time, ending.Token));
            await ending.CancelAsync();
            if (token.IsCancellationRequested)
            {
                await Task.WhenAny(running, Task.Delay(GiveUpTime, time, CancellationToken.None));
                return;
            }
        }
    }

    private (string? File, string? Note) TryContext(
        Build built, IReadOnlyList<string> files, ModelPackage package, EngineTask task)
    {
        if (files.Count(file => file.EndsWith(".engine", StringComparison.Ordinal)) is var partCount && partCount != 1)
        {
            return (null, $"TensorRT took up the graph in {partCount} parts, and a context model holds one");
        }

        var path = Path.Combine(built.Folder, built.ContextName);
        var engine = files.Single(file => file.EndsWith(".engine", StringComparison.Ordinal));
        try
        {
            File.WriteAllBytes(path, ContextModel.Write(package.GetPath(task.File), engine, task.Shapes, device));
            Require(backend.Try(built.ContextCall, package.GetPath(task.Reference), task.Shapes.Opt), task);
            return (built.ContextName, null);
        }
        catch (EngineException exception)
        {
            // Part of the graph runs outside of TensorRT, or this version wants another form: the engine itself works.
            File.Delete(path);
            return (null, exception.Message);
        }
    }

    /// <exception cref="EngineException">It computes something else than the route's own graph.</exception>
    internal static EngineTrial Require(EngineTrial trial, EngineTask task)
    {
        var least = task.Precision == "int8" ? LeastInt8Psnr : LeastPsnr;
        return trial is { NonFiniteCount: 0 } && trial.PsnrToCpu >= least ? trial : throw new EngineException(
            string.Create(CultureInfo.InvariantCulture,
                $"The engine of {task} computes something else than its graph: found {trial.PsnrToCpu:F1} dB to the "
                + $"CPU's result and {trial.NonFiniteCount} values that are not finite, allowed are {least} dB or more "
                + $"and none. Build it with another --level, or another precision."));
    }

    private void RemoveQuietly(EngineKey key, IDisposable? held)
    {
        try
        {
            if (held is not null)
            {
                cache.RemoveUnfinished(key.Prefix);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first error is the one worth telling; the next build of this engine clears what is left.
        }
    }
}
