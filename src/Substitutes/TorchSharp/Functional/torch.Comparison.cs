namespace TorchSharp;

public static partial class torch
{
    public static Tensor eq(Tensor left, Tensor right) => left.eq(right);

    public static Tensor eq(Tensor left, Scalar right) => left.eq(right);

    public static Tensor eq_(Tensor left, Tensor right) => left.eq_(right);

    public static Tensor eq_(Tensor left, Scalar right) => left.eq_(right);

    public static Tensor ne(Tensor left, Tensor right) => left.ne(right);

    public static Tensor ne(Tensor left, Scalar right) => left.ne(right);

    public static Tensor ne_(Tensor left, Tensor right) => left.ne_(right);

    public static Tensor ne_(Tensor left, Scalar right) => left.ne_(right);

    public static Tensor not_equal(Tensor tensor, Tensor target) => tensor.ne(target);

    public static Tensor not_equal(Tensor left, Scalar right) => left.ne(right);

    public static Tensor not_equal_(Tensor left, Tensor right) => left.ne_(right);

    public static Tensor not_equal_(Tensor left, Scalar right) => left.ne_(right);

    public static Tensor lt(Tensor left, Tensor right) => left.lt(right);

    public static Tensor lt(Tensor left, Scalar right) => left.lt(right);

    public static Tensor lt_(Tensor left, Tensor right) => left.lt_(right);

    public static Tensor lt_(Tensor left, Scalar right) => left.lt_(right);

    public static Tensor less(Tensor tensor, Tensor target) => tensor.lt(target);

    public static Tensor less(Tensor left, Scalar right) => left.lt(right);

    public static Tensor less_(Tensor left, Tensor right) => left.lt_(right);

    public static Tensor less_(Tensor left, Scalar right) => left.lt_(right);

    public static Tensor le(Tensor left, Tensor right) => left.le(right);

    public static Tensor le(Tensor left, Scalar right) => left.le(right);

    public static Tensor le_(Tensor left, Tensor right) => left.le_(right);

    public static Tensor le_(Tensor left, Scalar right) => left.le_(right);

    public static Tensor less_equal(Tensor tensor, Tensor target) => tensor.le(target);

    public static Tensor less_equal(Tensor left, Scalar right) => left.le(right);

    public static Tensor less_equal_(Tensor left, Tensor right) => left.le_(right);

    public static Tensor less_equal_(Tensor left, Scalar right) => left.le_(right);

    public static Tensor gt(Tensor left, Tensor right) => left.gt(right);

    public static Tensor gt(Tensor left, Scalar right) => left.gt(right);

    public static Tensor gt_(Tensor left, Tensor right) => left.gt_(right);

    public static Tensor gt_(Tensor left, Scalar right) => left.gt_(right);

    public static Tensor greater(Tensor tensor, Tensor target) => tensor.gt(target);

    public static Tensor greater(Tensor left, Scalar right) => left.gt(right);

    public static Tensor greater_(Tensor left, Tensor right) => left.gt_(right);

    public static Tensor greater_(Tensor left, Scalar right) => left.gt_(right);

    public static Tensor ge(Tensor left, Tensor right) => left.ge(right);

    public static Tensor ge(Tensor left, Scalar right) => left.ge(right);

    public static Tensor ge_(Tensor left, Tensor right) => left.ge_(right);

    public static Tensor ge_(Tensor left, Scalar right) => left.ge_(right);

    public static Tensor greater_equal(Tensor tensor, Tensor target) => tensor.ge(target);

    public static Tensor greater_equal(Tensor left, Scalar right) => left.ge(right);

    public static Tensor greater_equal_(Tensor left, Tensor right) => left.ge_(right);

    public static Tensor greater_equal_(Tensor left, Scalar right) => left.ge_(right);

    public static bool equal(Tensor tensor, Tensor target) => tensor.equal(target);

    public static bool allclose(
        Tensor tensor, Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
        tensor.allclose(target, rtol, atol, equal_nan);

    public static Tensor isclose(
        Tensor tensor, Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) =>
        tensor.isclose(other, rtol, atol, nanEqual);

    public static Tensor isin(
        Tensor tensor, Tensor test_elements, bool assumeUnique = false, bool invert = false) =>
        tensor.isin(test_elements, assumeUnique, invert);
}
