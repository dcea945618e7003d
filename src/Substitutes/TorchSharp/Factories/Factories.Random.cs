using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor rand(
        long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", size, dtype, device, requires_grad, generator);

    public static Tensor rand(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", size, dtype, device, requires_grad, generator);

    public static Tensor rand(
        long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [size], dtype, device, requires_grad, generator);

    public static Tensor rand(
        long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [rows, columns], dtype, device, requires_grad, generator);

    public static Tensor rand(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator);

    public static Tensor rand(
        long dim0, long dim1, long dim2, long dim3,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator);

    public static Tensor rand(
        int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [size], dtype, device, requires_grad, generator);

    public static Tensor rand(
        int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [rows, columns], dtype, device, requires_grad, generator);

    public static Tensor rand(
        int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator);

    public static Tensor rand(
        int dim0, int dim1, int dim2, int dim3,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("rand.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator);

    public static Tensor randn(
        long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", size, dtype, device, requires_grad, generator);

    public static Tensor randn(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", size, dtype, device, requires_grad, generator);

    public static Tensor randn(
        long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [size], dtype, device, requires_grad, generator);

    public static Tensor randn(
        long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [rows, columns], dtype, device, requires_grad, generator);

    public static Tensor randn(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator);

    public static Tensor randn(
        long dim0, long dim1, long dim2, long dim3,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator);

    public static Tensor randn(
        int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [size], dtype, device, requires_grad, generator);

    public static Tensor randn(
        int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [rows, columns], dtype, device, requires_grad, generator);

    public static Tensor randn(
        int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator);

    public static Tensor randn(
        int dim0, int dim1, int dim2, int dim3,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Sample("randn.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator);

    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);

    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(low, high, (ReadOnlySpan<long>)size, dtype, device, requires_grad, generator);

    public static Tensor randint(
        long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);

    public static Tensor randint(
        long low, long high, ReadOnlySpan<long> size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Finish(
            Aten.Call(
                "randint.low_generator", low, high, size.ToArray(), generator, dtype ?? ScalarType.Int64, Arg.None,
                InitializeDevice(device)),
            requires_grad);

    public static Tensor randint(
        long high, long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, (ReadOnlySpan<long>)[size], dtype, device, requires_grad, generator);

    public static Tensor randint(
        long low, long high, long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(low, high, (ReadOnlySpan<long>)[size], dtype, device, requires_grad, generator);

    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null) =>
        Finish(
            Aten.Call(
                "randperm.generator", n, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device)),
            requires_grad);

    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null) =>
        Aten.Call("normal.Tensor_Tensor", mean, std, generator);

    public static Tensor normal(
        double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Finish(empty(size, dtype, device).normal_(mean, std, generator), requires_grad);

    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);

    public static Tensor multinomial(
        Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        input.multinomial(num_samples, replacement, generator);

    public static Tensor poisson(Tensor input, Generator? generator = null) => input.poisson(generator);

    private static Tensor Sample(
        string name, ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requires_grad,
        Generator? generator) =>
        Finish(
            Aten.Call(
                name, size.ToArray(), generator, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)),
            requires_grad);
}
