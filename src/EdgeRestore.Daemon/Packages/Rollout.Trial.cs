using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Daemon.Packages;

internal sealed partial class Rollout
{
    private PackageTrial NewTrial(double share) => new(share, _options.TrialFrames, _options.TrialBadFrames);

    private void Try(ServedPackage served, double share)
    {
        served.Trial = NewTrial(share);
        served.Trial.TakeOut = () => _packages.TryDrop(served);
        _packages.Try(served, share);
        Log.TrialBegun(_logger, served.Id.Name, served.Id.Version, share, _options.TrialFrames);
        _judging = JudgeAsync(served);
    }

    /// <summary>The candidate for more, or for all, of the streams.</summary>
    private void Widen(ServedPackage onTrial, PackageId asked, double share)
    {
        if (asked != onTrial.Id || share < onTrial.Trial!.Share)
        {
            throw new PackageException(
                $"Package {asked} was not activated: {onTrial.Id} is on trial with {onTrial.Trial!.Share:P0} of the "
                + "streams, allowed is it alone, with more of them. Wait for the end of its trial, or roll it back.");
        }

        if (share >= 1 && _activation.Active != asked)
        {
            Write(_activation.Activate(asked));
        }

        onTrial.Trial.Share = share;
        _packages.Try(onTrial, share);
        Log.TrialBegun(_logger, asked.Name, asked.Version, share, _options.TrialFrames);
    }

    private async Task JudgeAsync(ServedPackage served)
    {
        // What it awaits may be done already, and its caller has the turn.
        await Task.Yield();
        var trial = served.Trial!;
        string? fault;
        try
        {
            fault = await trial.Verdict.WaitAsync(
                TimeSpan.FromSeconds(_options.TrialSeconds), _clock, _stopping.Token);
        }
        catch (TimeoutException)
        {
            fault = null;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // The streams have left it already: what is written may wait for an installation.
        await _turn.WaitAsync(_stopping.Token);
        try
        {
            if (fault is null)
            {
                Accept(served, trial);
            }
            else if (trial.IsTakenOut)
            {
                Log.RolledBack(
                    _logger, served.Id.Name, served.Id.Version, _packages.Current.Id.Name, _packages.Current.Id.Version,
                    fault);
                Refuse(served.Id, fault);
            }
            else if (_packages.Current.Trial == trial)
            {
                GiveUpCurrent(_packages.Current, fault);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Accept(ServedPackage served, PackageTrial trial)
    {
        // Its provider may have been replaced in the meantime, by one that took its trial over.
        if (_packages.Current.Trial != trial && !_packages.TryPromote(served))
        {
            return;
        }

        _packages.Current.Trial = null;
        var activation = _activation.Active == served.Id ? _activation : _activation.Activate(served.Id);
        TryWrite(activation with { TrialStartCount = null });
        Log.TrialPassed(_logger, served.Id.Name, served.Id.Version);
    }

    /// <summary>A trial that began before the last start failed: the version before must be loaded first.</summary>
    private void GiveUpCurrent(ServedPackage served, string fault)
    {
        served.Trial = null;
        if (_activation.Previous is not { } previous)
        {
            TryWrite(_activation with { TrialStartCount = null });
            Log.NothingToRollBackTo(_logger, served.Id.Name, served.Id.Version, fault);
            return;
        }

        try
        {
            ReturnTo(previous, fault);
            Log.RolledBack(_logger, served.Id.Name, served.Id.Version, previous.Name, previous.Version, fault);
        }
        catch (EdgeRestoreException exception)
        {
            Log.NothingToRollBackTo(_logger, served.Id.Name, served.Id.Version, $"{fault} {exception.Message}");
        }
    }

    private void ReturnTo(PackageId previous, string reason)
    {
        // No probe against what is being left: that may be why.
        var served = _loaded.Remove(previous, out var loaded)
            ? loaded : LoadAndProbe(previous, null);
        try
        {
            // Whatever it finds: what is left is worse.
            PackageWarmUp.Run(served.Restorer, _host);
            Write(_activation.RollBack(reason, _clock.GetUtcNow()));
        }
        catch
        {
            served.Retire();
            throw;
        }

        _packages.Replace(served);
    }

    /// <summary>Writes that a version on trial was taken out.</summary>
    private void Refuse(PackageId id, string reason) => TryWrite(
        id == _activation.Active
            ? _activation.RollBack(reason, _clock.GetUtcNow())
            : Remember(_activation, id, reason));

    private Activation Remember(Activation activation, PackageId id, string reason) => activation with
    {
        Refused = activation.Refused.Add(new RefusedVersion(id, reason, _clock.GetUtcNow())),
    };

    // What is served has changed already: a disk that is full must not undo it, and a start comes to the same verdict.
    private void TryWrite(Activation activation)
    {
        try
        {
            Write(activation);
        }
        catch (PackageException exception)
        {
            _activation = activation;
            Log.ActivationNotWritten(_logger, exception.Message);
        }
    }
}
