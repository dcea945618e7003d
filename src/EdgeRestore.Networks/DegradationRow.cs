using EdgeRestore.Degradations;

namespace EdgeRestore.Networks;

/// <summary>The row of a degradation in tables of prompts and logits: Clear has no subnetwork and no row.</summary>
public static class DegradationRow
{
    public static int Count => DegradationNames.Count - 1;

    public static int Of(Degradation degradation) => degradation == Degradation.Clear
        ? throw new ArgumentOutOfRangeException(
            nameof(degradation), "'clear' has no subnetwork: clear frames pass through untouched.")
        : (int)degradation - 1;
}
