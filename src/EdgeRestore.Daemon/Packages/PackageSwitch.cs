namespace EdgeRestore.Daemon.Packages;

/// <summary>Which package the next frame takes: read without a lock by every frame, changed in one step.</summary>
internal sealed class PackageSwitch(ServedPackage first) : IDisposable
{
    private volatile ServedPackage _current = first;

    public ServedPackage Current => _current;

    /// <summary>The right of one frame to a package, which disposing gives back.</summary>
    /// <param name="streamNumber">Tells streams apart where some go to a candidate.</param>
    public PackageLease Lease(ulong streamNumber)
    {
        while (true)
        {
            // Retired between the two steps: the switch has another one by then.
            var served = _current;
            if (served.TryEnter())
            {
                return new PackageLease(served);
            }
        }
    }

    /// <summary>Frees what is served; no frame may come any more.</summary>
    public void Dispose()
    {
        _current.Retire();
        _current.Freed.Wait();
    }
}

/// <summary>The right of one frame to a package until disposed.</summary>
internal readonly struct PackageLease(ServedPackage served) : IDisposable
{
    public ServedPackage Served => served;

    public void Dispose() => served.Leave();
}
