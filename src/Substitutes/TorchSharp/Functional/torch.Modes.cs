using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static bool is_storage(object obj) => false;

    public static bool compiled_with_cxx11_abi() => true;

    /// <summary>Until disposed, operators without a deterministic form throw, or warn.</summary>
    public static IDisposable use_deterministic_algorithms(bool mode = true, bool warn_only = false) =>
        new DeterministicMode(mode, warn_only);

    public static bool are_deterministic_algorithms_enabled() => (LibTorch.ts_deterministic() & 1) != 0;

    public static bool is_deterministic_algorithms_warn_only_enabled() => (LibTorch.ts_deterministic() & 2) != 0;

    public static void _assert(bool condition, string message)
    {
        if (!condition)
        {
            throw new InvalidOperationException(message);
        }
    }

    public static void _assert(Func<bool> condition, string message) => _assert(condition(), message);

    private sealed class DeterministicMode : IDisposable
    {
        private readonly int _previous = LibTorch.ts_deterministic();

        public DeterministicMode(bool mode, bool warnOnly) =>
            LibTorch.ts_set_deterministic(mode ? 1 : 0, warnOnly ? 1 : 0);

        public void Dispose() => LibTorch.ts_set_deterministic(_previous & 1, (_previous & 2) >> 1);
    }
}
