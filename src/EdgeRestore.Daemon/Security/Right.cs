namespace EdgeRestore.Daemon.Security;

/// <summary>What a request needs.</summary>
internal enum Right
{
    /// <summary>Nothing: probes of load balancers and orchestrators carry no identity.</summary>
    None,

    /// <summary>Any identity that the daemon knows.</summary>
    Known,

    /// <summary>To send frames.</summary>
    Stream,

    /// <summary>To see how the daemon fares: status, metrics.</summary>
    Observe,

    /// <summary>To change what is served.</summary>
    Admin,
}
