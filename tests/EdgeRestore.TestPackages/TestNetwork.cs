namespace EdgeRestore.TestPackages;

/// <summary>A subnetwork whose result a test can foretell, with the inputs and outputs of real ones.</summary>
public abstract record TestNetwork
{
    private TestNetwork()
    {
    }

    /// <summary>Hands the bytes through, whatever the strength: leaves the cost of what is around an engine.</summary>
    public sealed record Copy : TestNetwork;

    /// <summary>Adds strength x levels to every byte, clamped.</summary>
    public sealed record Add(int Levels) : TestNetwork;

    /// <summary>Hands frames through, but makes NaN of every byte that is 255.</summary>
    public sealed record NotANumberAtWhite : TestNetwork;

    /// <summary>
    /// Hands frames through, but makes NaN of every byte of one level: a fault that only some frames show.
    /// </summary>
    public sealed record NotANumberAt(byte Level) : TestNetwork;

    /// <summary>
    /// Does not come back, in one native call that nothing ends, unless frames are of one size. Takes a core for
    /// minutes.
    /// </summary>
    public sealed record EndlessUnless(int Width, int Height) : TestNetwork;

    /// <summary>Hands frames through after 3x3 convolutions of 16 channels: 2,304 MACs a pixel and layer.</summary>
    public sealed record Slow(int LayerCount) : TestNetwork;

    /// <summary>So many means over 3x3 pixels, one after another: every pixel depends on its neighbourhood.</summary>
    public sealed record Blur(int LayerCount) : TestNetwork;

    /// <summary>Moves the mean of the whole frame to middle gray: every pixel depends on all.</summary>
    public sealed record Centre : TestNetwork;

    /// <summary>The same by a matrix product, which does not show in the graph as something measured.</summary>
    public sealed record CentreByProduct : TestNetwork;

    /// <summary>Fails while it runs unless frames are of one size: a fault that only the engine can find.</summary>
    public sealed record FailsUnless(int Width, int Height) : TestNetwork;

    /// <summary>
    /// Hands frames through, but fails now and then, as a device that stumbles: in one run of seven, in the same ones
    /// every time, never twice in a row, and not in the first.
    /// </summary>
    public sealed record Stumbles : TestNetwork;

    /// <summary>A file of which no engine can be built. Not for the first route, which the start probes with.</summary>
    public sealed record Unbuildable : TestNetwork;
}
