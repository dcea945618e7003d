using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static string __version__ => Marshal.PtrToStringUTF8(LibTorch.ts_version()) ?? "";

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.NewDisposeScope();

    public static T WrappedTensorDisposeScope<T>(Func<T> expr)
        where T : class
    {
        using var scope = NewDisposeScope();
        var result = expr();
        if (result is Tensor tensor)
        {
            scope.MoveToOuter(tensor);
        }

        return result;
    }

    public static void set_num_threads(int num) => LibTorch.Check(LibTorch.ts_set_thread_count(num));

    public static int get_num_threads() => LibTorch.ts_thread_count();

    public static void set_num_interop_threads(int num) => LibTorch.Check(LibTorch.ts_set_interop_thread_count(num));

    public static int get_num_interop_threads() => LibTorch.ts_interop_thread_count();

    public static long numel(Tensor input) => input.numel();

    public static bool is_tensor(object obj) => obj is Tensor;

    public static Tensor clone(Tensor input) => input.clone();
}
