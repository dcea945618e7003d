using TorchSharp.Native;

namespace TorchSharp;

/// <summary>Makes libtorch name the operation whose backward gave NaN; until disposed.</summary>
public class AnomalyMode : IDisposable
{
    private readonly bool _wasEnabled = IsEnabled;
    private readonly bool _checkedNan = ShouldCheckNaN;

    public AnomalyMode(bool enabled, bool check_nan = true) =>
        LibTorch.ts_set_anomaly(enabled ? 1 : 0, check_nan ? 1 : 0);

    public static bool IsEnabled => LibTorch.ts_anomaly_enabled() != 0;

    public static bool ShouldCheckNaN => LibTorch.ts_anomaly_checks_nan() != 0;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            LibTorch.ts_set_anomaly(_wasEnabled ? 1 : 0, _checkedNan ? 1 : 0);
        }
    }
}
