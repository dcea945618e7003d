using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

// The managed half of functions.h: libtorch calls back by number, and says when the node is gone.
internal static unsafe class FunctionNodes
{
    private static readonly ConcurrentDictionary<long, Func<torch.Tensor?[], torch.Tensor?[]>> Bodies = new();
    private static long s_last;
    private static Exception? s_failure;

    static FunctionNodes() => LibTorch.ts_function_callbacks(&Backward, &Dropped);

    internal static int Count => Bodies.Count;

    // The body gets one gradient per output and gives one per input tensor.
    internal static long Add(Func<torch.Tensor?[], torch.Tensor?[]> body)
    {
        var id = Interlocked.Increment(ref s_last);
        Bodies[id] = body;
        return id;
    }

    internal static void Remove(long id) => Bodies.TryRemove(id, out _);

    // What a backward threw, for the caller whose backward() failed because of it.
    internal static Exception? TakeFailure() => Interlocked.Exchange(ref s_failure, null);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Backward(long id, nint* gradients, int gradientCount, nint* results, int resultCount)
    {
        var given = new torch.Tensor?[gradientCount];
        for (var i = 0; i < gradientCount; i++)
        {
            given[i] = gradients[i] == 0 ? null : new torch.Tensor(gradients[i]);
        }

        // Outermost managed frame: an exception that left it would end the process.
        try
        {
            var found = Bodies[id](given);
            for (var i = 0; i < resultCount; i++)
            {
                results[i] = found[i] is { } result ? LibTorch.ts_alias(result.Handle) : 0;
            }

            GC.KeepAlive(found);
            return 0;
        }
        catch (Exception exception)
        {
            Interlocked.Exchange(ref s_failure, exception);
            return 1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Dropped(long id) => Remove(id);
}
