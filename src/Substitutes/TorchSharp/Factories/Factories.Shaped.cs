namespace TorchSharp;

// Sizes as numbers or tuples in place of an array.
public static partial class torch
{
    public static Tensor randint(
        long high, (long, long) size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(0, high, (ReadOnlySpan<long>)[size.Item1, size.Item2], dtype, device, requires_grad, generator);

    public static Tensor randint(
        long low, long high, (long, long) size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(low, high, (ReadOnlySpan<long>)[size.Item1, size.Item2], dtype, device, requires_grad, generator);

    public static Tensor randint(
        long high, (long, long, long) size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(
            0, high, (ReadOnlySpan<long>)[size.Item1, size.Item2, size.Item3], dtype, device, requires_grad, generator);

    public static Tensor randint(
        long low, long high, (long, long, long) size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(
            low, high, (ReadOnlySpan<long>)[size.Item1, size.Item2, size.Item3], dtype, device, requires_grad,
            generator);

    public static Tensor randint(
        long high, (long, long, long, long) size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(
            0, high, (ReadOnlySpan<long>)[size.Item1, size.Item2, size.Item3, size.Item4], dtype, device, requires_grad,
            generator);

    public static Tensor randint(
        long low, long high, (long, long, long, long) size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(
            low, high, (ReadOnlySpan<long>)[size.Item1, size.Item2, size.Item3, size.Item4], dtype, device,
            requires_grad, generator);

    public static Tensor randint(
        long high, int[] size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(0, high, Array.ConvertAll(size, value => (long)value), dtype, device, requires_grad, generator);

    public static Tensor randint(
        long low, long high, int[] size,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null) =>
        randint(low, high, Array.ConvertAll(size, value => (long)value), dtype, device, requires_grad, generator);

    public partial class Tensor
    {
        public Tensor new_zeros(
            long size,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_zeros((ReadOnlySpan<long>)[size], dtype, device, requires_grad);

        public Tensor new_zeros(
            long rows, long columns,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_zeros((ReadOnlySpan<long>)[rows, columns], dtype, device, requires_grad);

        public Tensor new_zeros(
            long dim0, long dim1, long dim2,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_zeros((ReadOnlySpan<long>)[dim0, dim1, dim2], dtype, device, requires_grad);

        public Tensor new_zeros(
            long dim0, long dim1, long dim2, long dim3,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_zeros((ReadOnlySpan<long>)[dim0, dim1, dim2, dim3], dtype, device, requires_grad);

        public Tensor new_zeros(
            long[] size,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_zeros((ReadOnlySpan<long>)size, dtype, device, requires_grad);

        public Tensor new_ones(
            long size,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_ones((ReadOnlySpan<long>)[size], dtype, device, requires_grad);

        public Tensor new_ones(
            long rows, long columns,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_ones((ReadOnlySpan<long>)[rows, columns], dtype, device, requires_grad);

        public Tensor new_ones(
            long dim0, long dim1, long dim2,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_ones((ReadOnlySpan<long>)[dim0, dim1, dim2], dtype, device, requires_grad);

        public Tensor new_ones(
            long dim0, long dim1, long dim2, long dim3,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_ones((ReadOnlySpan<long>)[dim0, dim1, dim2, dim3], dtype, device, requires_grad);

        public Tensor new_ones(
            long[] size,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_ones((ReadOnlySpan<long>)size, dtype, device, requires_grad);

        public Tensor new_empty(
            long size,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_empty((ReadOnlySpan<long>)[size], dtype, device, requires_grad);

        public Tensor new_empty(
            long rows, long columns,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_empty((ReadOnlySpan<long>)[rows, columns], dtype, device, requires_grad);

        public Tensor new_empty(
            long dim0, long dim1, long dim2,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_empty((ReadOnlySpan<long>)[dim0, dim1, dim2], dtype, device, requires_grad);

        public Tensor new_empty(
            long dim0, long dim1, long dim2, long dim3,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_empty((ReadOnlySpan<long>)[dim0, dim1, dim2, dim3], dtype, device, requires_grad);

        public Tensor new_empty(
            long[] size,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_empty((ReadOnlySpan<long>)size, dtype, device, requires_grad);

        public Tensor new_full(
            long size, Scalar value,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_full((ReadOnlySpan<long>)[size], value, dtype, device, requires_grad);

        public Tensor new_full(
            long rows, long columns, Scalar value,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_full((ReadOnlySpan<long>)[rows, columns], value, dtype, device, requires_grad);

        public Tensor new_full(
            long dim0, long dim1, long dim2, Scalar value,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_full((ReadOnlySpan<long>)[dim0, dim1, dim2], value, dtype, device, requires_grad);

        public Tensor new_full(
            long dim0, long dim1, long dim2, long dim3, Scalar value,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_full((ReadOnlySpan<long>)[dim0, dim1, dim2, dim3], value, dtype, device, requires_grad);

        public Tensor new_full(
            long[] size, Scalar value,
            ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            new_full((ReadOnlySpan<long>)size, value, dtype, device, requires_grad);
    }
}
