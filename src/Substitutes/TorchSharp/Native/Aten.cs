using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

// Runs libtorch operators by name ("add.Tensor": name and overload, namespace aten unless given as ns::name).
internal static unsafe class Aten
{
    private const int InlineScratch = 32;
    private static readonly ConcurrentDictionary<string, nint> Operators = new(StringComparer.Ordinal);

    internal static torch.Tensor Call(string name, params ReadOnlySpan<Arg> args)
    {
        Span<NativeArg> results = stackalloc NativeArg[1];
        Invoke(name, args, results);
        return new torch.Tensor((nint)results[0].Bits);
    }

    // For in-place operators: what they return is the tensor that the caller already has.
    internal static void Run(string name, params ReadOnlySpan<Arg> args) => Invoke(name, args, []);

    internal static (torch.Tensor, torch.Tensor) Call2(string name, params ReadOnlySpan<Arg> args)
    {
        Span<NativeArg> results = stackalloc NativeArg[2];
        Invoke(name, args, results);
        return (new((nint)results[0].Bits), new((nint)results[1].Bits));
    }

    internal static (torch.Tensor, torch.Tensor, torch.Tensor) Call3(string name, params ReadOnlySpan<Arg> args)
    {
        Span<NativeArg> results = stackalloc NativeArg[3];
        Invoke(name, args, results);
        return (new((nint)results[0].Bits), new((nint)results[1].Bits), new((nint)results[2].Bits));
    }

    internal static (torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor) Call4(
        string name, params ReadOnlySpan<Arg> args)
    {
        Span<NativeArg> results = stackalloc NativeArg[4];
        Invoke(name, args, results);
        return (
            new((nint)results[0].Bits), new((nint)results[1].Bits), new((nint)results[2].Bits),
            new((nint)results[3].Bits));
    }

    internal static torch.Tensor[] CallMany(string name, params ReadOnlySpan<Arg> args)
    {
        Span<NativeArg> results = stackalloc NativeArg[1];
        Invoke(name, args, results);
        var handles = (nint*)results[0].Bits;
        var tensors = new torch.Tensor[results[0].Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new torch.Tensor(handles[i]);
        }

        LibTorch.ts_free(handles);
        return tensors;
    }

    internal static bool CallBool(string name, params ReadOnlySpan<Arg> args)
    {
        Span<NativeArg> results = stackalloc NativeArg[1];
        Invoke(name, args, results);
        return results[0].Bits != 0;
    }

    // The value of a one-element tensor, as the kind that libtorch stores it in.
    internal static Scalar CallScalar(string name, params ReadOnlySpan<Arg> args)
    {
        Span<NativeArg> results = stackalloc NativeArg[1];
        Invoke(name, args, results);
        switch (results[0].Kind)
        {
            case ArgKind.Int:
                return results[0].Bits;
            case ArgKind.Bool:
                return results[0].Bits != 0;
            case ArgKind.Complex:
                var parts = (double*)results[0].Bits;
                var value = new System.Numerics.Complex(parts[0], parts[1]);
                LibTorch.ts_free(parts);
                return value;
            default:
                return BitConverter.Int64BitsToDouble(results[0].Bits);
        }
    }

    internal static bool Exists(string name)
    {
        try
        {
            Find(name);
            return true;
        }
        catch (ExternalException)
        {
            return false;
        }
    }

    private static int Invoke(string name, ReadOnlySpan<Arg> args, Span<NativeArg> results)
    {
        var op = Operators.TryGetValue(name, out var known) ? known : Find(name);
        var scratchLength = 0;
        foreach (ref readonly var arg in args)
        {
            scratchLength += arg.ScratchLength;
        }

        var scratch = scratchLength <= InlineScratch ? stackalloc long[InlineScratch] : new long[scratchLength];
        var natives = stackalloc NativeArg[args.Length];
        int count;
        fixed (long* pinned = scratch)
        fixed (NativeArg* resultPointer = results)
        {
            var used = 0;
            for (var i = 0; i < args.Length; i++)
            {
                ref readonly var arg = ref args[i];
                natives[i] = new NativeArg { Bits = arg.Bits, Kind = arg.Kind, Count = arg.Count };
                if (arg.Kind is ArgKind.IntList or ArgKind.DoubleList or ArgKind.BoolList or ArgKind.TensorList
                    or ArgKind.String or ArgKind.Complex)
                {
                    arg.CopyTo(scratch[used..]);
                    natives[i].Bits = (long)(pinned + used);
                    used += arg.ScratchLength;
                }
            }

            LibTorch.Check(LibTorch.ts_call(op, natives, args.Length, resultPointer, results.Length, &count));
        }

        // Handles were copied out of the tensors: without this a finalizer could free one while libtorch works on it.
        foreach (ref readonly var arg in args)
        {
            GC.KeepAlive(arg.Reference);
        }

        return count;
    }

    private static nint Find(string name)
    {
        var dot = name.IndexOf('.');
        var (operation, overload) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
        nint op;
        LibTorch.Check(LibTorch.ts_find(operation.Contains(':') ? operation : "aten::" + operation, overload, &op));
        return Operators.GetOrAdd(name, op);
    }
}
