using System.Runtime.InteropServices;
using System.Text;

namespace EdgeRestore.Inference.Kernels;

/// <summary>The part of ONNX Runtime's C API that operators of our own need.</summary>
/// <remarks>
/// Functions are found by their place in the table OrtApi of onnxruntime_c_api.h, which only ever grows at its end. The
/// managed binding reads the same table, but keeps what custom operators need to itself.
/// </remarks>
internal static unsafe class RuntimeApi
{
    /// <summary>The version of the C API that is asked for; all that is used here is older.</summary>
    public const uint Version = 22;

    private static void** _functions;

    // Places in OrtApi.
    private enum Function
    {
        CreateStatus = 0,
        GetErrorMessage = 2,
        CreateCustomOpDomain = 26,
        AddToCustomOpDomain = 27,
        AddCustomOpDomain = 28,
        GetTensorMutableData = 51,
        GetDimensionsCount = 61,
        GetDimensions = 62,
        GetTensorTypeAndShape = 65,
        GetFloatAttribute = 85,
        GetIntAttribute = 86,
        GetInput = 90,
        GetOutput = 91,
        ReleaseStatus = 93,
        ReleaseTensorTypeAndShapeInfo = 99,
        GetFloatsAttribute = 162,
        ParallelFor = 274,
    }

    /// <summary>Finds the functions in the library that this process has loaded.</summary>
    /// <returns>Whether the library is new enough.</returns>
    public static bool TryLoad(nint library)
    {
        var getBase = (delegate* unmanaged[Cdecl]<void**>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        var getApi = (delegate* unmanaged[Cdecl]<uint, void**>)getBase()[0];
        _functions = getApi(Version);
        return _functions != null;
    }

    /// <summary>Makes an operator set of our own.</summary>
    /// <returns>OrtCustomOpDomain, which lives as long as the process.</returns>
    public static void* CreateDomain(string name, IEnumerable<CpuOperator> operators)
    {
        void* domain;
        fixed (byte* text = Utf8(name))
        {
            Check(((delegate* unmanaged[Cdecl]<byte*, void**, void*>)Of(Function.CreateCustomOpDomain))(text, &domain));
        }

        foreach (var item in operators)
        {
            Check(((delegate* unmanaged[Cdecl]<void*, void*, void*>)Of(Function.AddToCustomOpDomain))(
                domain, OperatorDescription.Create(item)));
        }

        return domain;
    }

    public static void AddDomain(nint sessionOptions, void* domain) =>
        Check(((delegate* unmanaged[Cdecl]<nint, void*, void*>)Of(Function.AddCustomOpDomain))(sessionOptions, domain));

    /// <returns>OrtStatus, which the caller gives to ONNX Runtime.</returns>
    public static void* CreateStatus(string message)
    {
        const int Fail = 1;
        fixed (byte* text = Utf8(message))
        {
            return ((delegate* unmanaged[Cdecl]<int, byte*, void*>)Of(Function.CreateStatus))(Fail, text);
        }
    }

    public static float FloatAttribute(void* node, string name)
    {
        float value;
        fixed (byte* text = Utf8(name))
        {
            Check(((delegate* unmanaged[Cdecl]<void*, byte*, float*, void*>)Of(Function.GetFloatAttribute))(
                node, text, &value));
        }

        return value;
    }

    public static int IntAttribute(void* node, string name)
    {
        long value;
        fixed (byte* text = Utf8(name))
        {
            Check(((delegate* unmanaged[Cdecl]<void*, byte*, long*, void*>)Of(Function.GetIntAttribute))(
                node, text, &value));
        }

        return checked((int)value);
    }

    public static float[] FloatsAttribute(void* node, string name)
    {
        var read = (delegate* unmanaged[Cdecl]<void*, byte*, float*, nuint*, void*>)Of(Function.GetFloatsAttribute);
        fixed (byte* text = Utf8(name))
        {
            nuint count = 0;
            Check(read(node, text, null, &count));
            var values = new float[count];
            fixed (float* first = values)
            {
                Check(read(node, text, first, &count));
            }

            return values;
        }
    }

    /// <returns>OrtValue.</returns>
    public static void* Input(void* context, int index)
    {
        void* value;
        Check(((delegate* unmanaged[Cdecl]<void*, nuint, void**, void*>)Of(Function.GetInput))(
            context, (nuint)index, &value));
        return value;
    }

    /// <returns>The memory of an output.</returns>
    public static void* Output(void* context, int index, ReadOnlySpan<long> shape)
    {
        void* value;
        fixed (long* sizes = shape)
        {
            Check(((delegate* unmanaged[Cdecl]<void*, nuint, long*, nuint, void**, void*>)Of(Function.GetOutput))(
                context, (nuint)index, sizes, (nuint)shape.Length, &value));
        }

        return Data(value);
    }

    public static void* Data(void* value)
    {
        void* data;
        Check(((delegate* unmanaged[Cdecl]<void*, void**, void*>)Of(Function.GetTensorMutableData))(value, &data));
        return data;
    }

    /// <summary>Reads the shape of a tensor into memory of the caller's.</summary>
    /// <exception cref="NotSupportedException">It has more dimensions than fit.</exception>
    public static Span<long> Shape(void* value, Span<long> shape)
    {
        void* info;
        Check(((delegate* unmanaged[Cdecl]<void*, void**, void*>)Of(Function.GetTensorTypeAndShape))(value, &info));
        nuint rank;
        Check(((delegate* unmanaged[Cdecl]<void*, nuint*, void*>)Of(Function.GetDimensionsCount))(info, &rank));
        var fits = rank <= (nuint)shape.Length;
        if (fits)
        {
            fixed (long* sizes = shape)
            {
                Check(((delegate* unmanaged[Cdecl]<void*, long*, nuint, void*>)Of(Function.GetDimensions))(
                    info, sizes, rank));
            }
        }

        ((delegate* unmanaged[Cdecl]<void*, void>)Of(Function.ReleaseTensorTypeAndShapeInfo))(info);
        return fits
            ? shape[..(int)rank]
            : throw new NotSupportedException($"A tensor has {rank} dimensions, at most {shape.Length} are allowed.");
    }

    /// <summary>How many elements a tensor of these sizes has.</summary>
    public static long CountOf(ReadOnlySpan<long> sizes)
    {
        long count = 1;
        foreach (var size in sizes)
        {
            count *= size;
        }

        return count;
    }

    /// <summary>
    /// Calls a function for 0 to count - 1 on the session's threads, and returns when all are through.
    /// </summary>
    public static void ForEach(
        void* context, delegate* unmanaged[Cdecl]<void*, nuint, void> function, int count, void* state) =>
        Check(((delegate* unmanaged[Cdecl]<void*, void*, nuint, nuint, void*, void*>)Of(Function.ParallelFor))(
            context, function, (nuint)count, (nuint)count, state));

    private static void* Of(Function function) => _functions[(int)function];

    private static void Check(void* status)
    {
        if (status != null)
        {
            var text = ((delegate* unmanaged[Cdecl]<void*, nint>)Of(Function.GetErrorMessage))(status);
            var message = Marshal.PtrToStringUTF8(text);
            ((delegate* unmanaged[Cdecl]<void*, void>)Of(Function.ReleaseStatus))(status);
            throw new InvalidOperationException(message);
        }
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
