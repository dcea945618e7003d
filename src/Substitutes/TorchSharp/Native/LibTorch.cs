using System.Runtime.InteropServices;

namespace TorchSharp.Native;

// The native side's exports, and how it is found and loaded.
internal static unsafe partial class LibTorch
{
    private const string Library = "torch_operators";
    private const string FileName = "libtorch_operators.so";

    static LibTorch() => NativeLibrary.SetDllImportResolver(typeof(LibTorch).Assembly, Resolve);

    // Zero is success on the native side; everything else left a message there.
    internal static void Check(int status)
    {
        if (status != 0)
        {
            throw new ExternalException(Marshal.PtrToStringUTF8(ts_error()), FunctionNodes.TakeFailure());
        }
    }

    private static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
        {
            return 0;
        }

        // libgomp reads this once, when libtorch loads it: spinning OpenMP threads starve those of OpenBLAS
        // (a training step took 2.0-4.7 s, passive 0.27-0.52 s). Environment.SetEnvironmentVariable does not reach
        // libc.
        _ = setenv("OMP_WAIT_POLICY", "passive", overwrite: 0);
        var path = Path.Combine(Path.GetDirectoryName(assembly.Location) ?? AppContext.BaseDirectory, FileName);
        if (!File.Exists(path))
        {
            throw new DllNotFoundException(
                $"TorchSharp's native part is missing: '{path}' does not exist. It is compiled together with the "
                + "assembly when libtorch's headers and g++ are installed (libtorch 1.13 or 2.x). Remedy: "
                + "apt-get install -y libtorch-dev g++ libopenblas0-pthread, then build again; or build with the "
                + "environment variable EDGERESTORE_LIBTORCH naming a libtorch folder.");
        }

        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException exception)
        {
            throw new DllNotFoundException(
                $"TorchSharp's native part '{path}' exists but does not load: {exception.Message} It needs the "
                + "libtorch that it was compiled against. Remedy: apt-get install -y libtorch-dev "
                + "libopenblas0-pthread, or delete the "
                + "file and build again.",
                exception);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport(Library)]
    private static partial nint ts_error();

    [LibraryImport(Library)]
    internal static partial nint ts_version();

    [LibraryImport(Library)]
    internal static partial void ts_free(void* memory);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ts_find(string name, string overload, nint* op);

    [LibraryImport(Library)]
    internal static partial int ts_call(
        nint op, NativeArg* args, int argCount, NativeArg* results, int resultCapacity, int* resultCount);

    [LibraryImport(Library)]
    internal static partial void ts_release(nint tensor);

    [LibraryImport(Library)]
    internal static partial nint ts_alias(nint tensor);

    [LibraryImport(Library)]
    internal static partial int ts_describe(nint tensor, TensorDescription* description);

    [LibraryImport(Library)]
    internal static partial int ts_sizes(nint tensor, long* sizes);

    [LibraryImport(Library)]
    internal static partial int ts_strides(nint tensor, long* strides);

    [LibraryImport(Library)]
    internal static partial int ts_data(nint tensor, void** data);

    [LibraryImport(Library)]
    internal static partial int ts_is_contiguous(nint tensor, int memoryFormat);

    [LibraryImport(Library)]
    internal static partial int ts_is_sparse(nint tensor);

    [LibraryImport(Library)]
    internal static partial int ts_requires_grad(nint tensor);

    [LibraryImport(Library)]
    internal static partial int ts_set_requires_grad(nint tensor, int requires);

    [LibraryImport(Library)]
    internal static partial int ts_is_leaf(nint tensor);

    [LibraryImport(Library)]
    internal static partial int ts_retain_grad(nint tensor);

    [LibraryImport(Library)]
    internal static partial int ts_grad(nint tensor, nint* gradient);

    [LibraryImport(Library)]
    internal static partial int ts_set_grad(nint tensor, nint gradient);

    [LibraryImport(Library)]
    internal static partial int ts_set_data(nint tensor, nint data);

    [LibraryImport(Library)]
    internal static partial int ts_backward(
        nint* tensors, int count, nint* gradients, int gradientCount, nint* inputs, int inputCount,
        int retainGraph, int createGraph);

    [LibraryImport(Library)]
    internal static partial int ts_grad_of(
        nint* outputs, int outputCount, nint* inputs, int inputCount, nint* gradients, int gradientCount,
        int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library)]
    internal static partial void ts_function_callbacks(
        delegate* unmanaged[Cdecl]<long, nint*, int, nint*, int, int> backward,
        delegate* unmanaged[Cdecl]<long, void> dropped);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ts_function(
        long id, string name, nint* inputs, int inputCount, int* wanted, nint* handle);

    [LibraryImport(Library)]
    internal static partial int ts_function_connect(
        nint handle, nint output, int isInput, int isDirty, nint* connected);

    [LibraryImport(Library)]
    internal static partial int ts_function_save(nint handle, nint* tensors, int count, int materialize);

    [LibraryImport(Library)]
    internal static partial nint ts_function_node(nint handle);

    [LibraryImport(Library)]
    internal static partial int ts_function_saved(nint node, nint* tensors, int count);

    [LibraryImport(Library)]
    internal static partial void ts_release_function(nint handle);

    [LibraryImport(Library)]
    internal static partial int ts_anomaly_enabled();

    [LibraryImport(Library)]
    internal static partial int ts_anomaly_checks_nan();

    [LibraryImport(Library)]
    internal static partial void ts_set_anomaly(int enabled, int checkNan);

    [LibraryImport(Library)]
    internal static partial int ts_deterministic();

    [LibraryImport(Library)]
    internal static partial void ts_set_deterministic(int enabled, int warnOnly);

    [LibraryImport(Library)]
    internal static partial int ts_grad_enabled();

    [LibraryImport(Library)]
    internal static partial void ts_set_grad_enabled(int enabled);

    [LibraryImport(Library)]
    internal static partial nint ts_inference_mode(int enabled);

    [LibraryImport(Library)]
    internal static partial void ts_end_inference_mode(nint mode);

    [LibraryImport(Library)]
    internal static partial int ts_inference_mode_enabled();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ts_save(nint tensor, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ts_load(string path, nint* tensor);

    [LibraryImport(Library)]
    internal static partial int ts_generator(int deviceType, int deviceIndex, int isDefault, nint* generator);

    [LibraryImport(Library)]
    internal static partial void ts_release_generator(nint generator);

    [LibraryImport(Library)]
    internal static partial int ts_generator_seed(nint generator, ulong seed);

    [LibraryImport(Library)]
    internal static partial int ts_generator_initial_seed(nint generator, ulong* seed);

    [LibraryImport(Library)]
    internal static partial int ts_generator_state(nint generator, nint* state);

    [LibraryImport(Library)]
    internal static partial int ts_set_generator_state(nint generator, nint state);

    [LibraryImport(Library)]
    internal static partial int ts_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial int ts_cuda_count();

    [LibraryImport(Library)]
    internal static partial int ts_cuda_synchronize(long device);

    [LibraryImport(Library)]
    internal static partial int ts_cudnn_available();

    [LibraryImport(Library)]
    internal static partial int ts_thread_count();

    [LibraryImport(Library)]
    internal static partial int ts_set_thread_count(int count);

    [LibraryImport(Library)]
    internal static partial int ts_interop_thread_count();

    [LibraryImport(Library)]
    internal static partial int ts_set_interop_thread_count(int count);

    [LibraryImport(Library)]
    internal static partial int ts_allow_tf32(int which, int set, int allow);
}

// Mirrors Described in operators.cpp.
[StructLayout(LayoutKind.Sequential)]
internal struct TensorDescription
{
    public long ElementCount;
    public long StorageOffset;
    public int Dimensions;
    public int Dtype;
    public int DeviceType;
    public int DeviceIndex;
}
