namespace EdgeRestore;

/// <summary>The words for <see cref="BypassReason"/> in metrics, headers and documents.</summary>
public static class BypassReasonNames
{
    public static string ToName(this BypassReason reason) => reason switch
    {
        BypassReason.None => "none",
        BypassReason.Clear => "clear",
        BypassReason.Unsure => "unsure",
        BypassReason.NoStrength => "no-strength",
        BypassReason.BadOutput => "bad-output",
        BypassReason.DeviceFault => "device-fault",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Unknown reason."),
    };
}
