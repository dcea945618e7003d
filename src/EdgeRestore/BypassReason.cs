namespace EdgeRestore;

/// <summary>Why a frame passed through untouched.</summary>
public enum BypassReason
{
    /// <summary>It did not: it was restored, or failed.</summary>
    None = 0,

    /// <summary>Nothing is wrong with it, or the route is fixed to clear.</summary>
    Clear = 1,

    /// <summary>What is wrong with it is not certain enough, not expected to gain, or not among the allowed.</summary>
    Unsure = 2,

    /// <summary>The strength asked for is 0.</summary>
    NoStrength = 3,

    /// <summary>What the network gave is no picture: values that are not numbers, black, white, or of one
    /// level.</summary>
    BadOutput = 4,

    /// <summary>The device fails, and another one is about to take over.</summary>
    DeviceFault = 5,
}
