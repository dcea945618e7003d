namespace EdgeRestore.Daemon.Packages;

internal sealed partial class Rollout
{
    private void Listen(ServedPackage served)
    {
        served.ProviderLost = StepDown;
        served.FrameRetried = _host.Metrics.FrameRetried;
    }

    /// <summary>
    /// Serves the same package on the device below: built beside, while frames pass through, then swapped like a
    /// version.
    /// </summary>
    private void StepDown(ServedPackage lost, string fault)
    {
        Log.ProviderLost(_logger, lost.Device, lost.LowerDevice!, fault);
        _ = Task.Run(() => StepDownAsync(lost, fault), CancellationToken.None);
    }

    private async Task StepDownAsync(ServedPackage lost, string fault)
    {
        try
        {
            await _turn.WaitAsync(_stopping.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }

        try
        {
            // A candidate that loses its device fails its trial; what was replaced meanwhile needs nothing.
            if (lost != _packages.Current)
            {
                return;
            }

            var served = _loader.LoadBelow(lost, fault);
            Listen(served);
            served.Trial = lost.Trial;
            PackageWarmUp.Run(served.Restorer, _host);
            _packages.Replace(served);
            Log.SteppedDown(_logger, served.Id.Name, served.Id.Version, served.Device);
        }
        catch (EdgeRestoreException exception)
        {
            // The breaker tries the lost one again, and asks anew when it still fails.
            Log.StepDownFailed(_logger, lost.LowerDevice!, exception.Message);
        }
        finally
        {
            _turn.Release();
        }
    }
}
