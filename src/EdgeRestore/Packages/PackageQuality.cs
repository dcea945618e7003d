namespace EdgeRestore.Packages;

/// <summary>What a route was measured to give, with the protocol that measured it.</summary>
public sealed record PackageQuality
{
    /// <summary>Name of the protocol, such as <c>eval-v1</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>PSNR of the degraded input in dB.</summary>
    public required double PsnrIn { get; init; }

    /// <summary>PSNR of the restored output in dB.</summary>
    public required double PsnrOut { get; init; }

    public required double SsimIn { get; init; }

    public required double SsimOut { get; init; }
}
