using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// What ONNX Runtime asks and calls of an operator: OrtCustomOp of onnxruntime_c_api.h, with our own part behind it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OperatorDescription
{
    private uint _version;
    private void* _createKernel;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nint> _getName;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nint> _getProvider;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nuint, int> _getInputType;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nuint> _getInputCount;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nuint, int> _getOutputType;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nuint> _getOutputCount;
    private void* _compute;
    private delegate* unmanaged[Cdecl]<nint, void> _destroyKernel;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nuint, int> _getInputCharacteristic;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nuint, int> _getOutputCharacteristic;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, nuint, int> _getInputMemory;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, int> _getVariadicInputMinimum;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, int> _getVariadicInputHomogeneity;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, int> _getVariadicOutputMinimum;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, int> _getVariadicOutputHomogeneity;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, void*, void*, nint*, void*> _createKernelV2;
    private delegate* unmanaged[Cdecl]<nint, void*, void*> _computeV2;
    private void* _inferShape;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, int> _getStartVersion;
    private delegate* unmanaged[Cdecl]<OperatorDescription*, int> _getEndVersion;
    private void* _getMayInplace;
    private void* _releaseMayInplace;
    private void* _getAliasMap;
    private void* _releaseAliasMap;

    // Ours.
    private nint _operator;
    private nint _name;

    private readonly CpuOperator Operator => (CpuOperator)GCHandle.FromIntPtr(_operator).Target!;

    /// <summary>Describes an operator. ONNX Runtime keeps the pointer, so this is never freed.</summary>
    public static OperatorDescription* Create(CpuOperator described)
    {
        var result = (OperatorDescription*)NativeMemory.AllocZeroed((nuint)sizeof(OperatorDescription));
        result->_version = RuntimeApi.Version;
        result->_getName = &GetName;
        result->_getProvider = &GetProvider;
        result->_getInputType = &GetInputType;
        result->_getInputCount = &GetInputCount;
        result->_getOutputType = &GetOutputType;
        result->_getOutputCount = &GetOutputCount;
        result->_destroyKernel = &DestroyKernel;
        result->_getInputCharacteristic = &GetDefault;
        result->_getOutputCharacteristic = &GetDefault;
        result->_getInputMemory = &GetDefault;
        result->_getVariadicInputMinimum = &GetOne;
        result->_getVariadicInputHomogeneity = &GetOne;
        result->_getVariadicOutputMinimum = &GetOne;
        result->_getVariadicOutputHomogeneity = &GetOne;
        result->_createKernelV2 = &CreateKernel;
        result->_computeV2 = &Compute;
        result->_getStartVersion = &GetOne;
        result->_getEndVersion = &GetLast;
        result->_operator = GCHandle.ToIntPtr(GCHandle.Alloc(described));
        result->_name = Marshal.StringToCoTaskMemUTF8(described.Name);
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* CreateKernel(OperatorDescription* description, void* api, void* node, nint* kernel)
    {
        try
        {
            *kernel = GCHandle.ToIntPtr(GCHandle.Alloc(description->Operator.CreateFor(node)));
            return null;
        }
        catch (Exception exception)
        {
            return RuntimeApi.CreateStatus(exception.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DestroyKernel(nint kernel) => GCHandle.FromIntPtr(kernel).Free();

    // An exception must not leave for native code, which would end the process.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Compute(nint kernel, void* context)
    {
        try
        {
            ((CpuOperator)GCHandle.FromIntPtr(kernel).Target!).Compute(context);
            return null;
        }
        catch (Exception exception)
        {
            return RuntimeApi.CreateStatus(exception.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetName(OperatorDescription* description) => description->_name;

    // None is the CPU.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetProvider(OperatorDescription* description) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetInputCount(OperatorDescription* description) => (nuint)description->Operator.Inputs.Length;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetOutputCount(OperatorDescription* description) => 1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputType(OperatorDescription* description, nuint index) =>
        (int)description->Operator.Inputs[(int)index];

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputType(OperatorDescription* description, nuint index) =>
        (int)description->Operator.Output;

    // Required, and in the CPU's memory.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetDefault(OperatorDescription* description, nuint index) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOne(OperatorDescription* description) => 1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetLast(OperatorDescription* description) => int.MaxValue;
}
