namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);

        public static Tensor operator +(Scalar left, Tensor right) => right.add(left);

        public static Tensor operator +(Tensor left, int right) => left + (Scalar)right;

        public static Tensor operator +(int left, Tensor right) => (Scalar)left + right;

        public static Tensor operator +(Tensor left, long right) => left + (Scalar)right;

        public static Tensor operator +(long left, Tensor right) => (Scalar)left + right;

        public static Tensor operator +(Tensor left, float right) => left + (Scalar)right;

        public static Tensor operator +(float left, Tensor right) => (Scalar)left + right;

        public static Tensor operator +(Tensor left, double right) => left + (Scalar)right;

        public static Tensor operator +(double left, Tensor right) => (Scalar)left + right;

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);

        public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);

        public static Tensor operator *(Tensor left, int right) => left * (Scalar)right;

        public static Tensor operator *(int left, Tensor right) => (Scalar)left * right;

        public static Tensor operator *(Tensor left, long right) => left * (Scalar)right;

        public static Tensor operator *(long left, Tensor right) => (Scalar)left * right;

        public static Tensor operator *(Tensor left, float right) => left * (Scalar)right;

        public static Tensor operator *(float left, Tensor right) => (Scalar)left * right;

        public static Tensor operator *(Tensor left, double right) => left * (Scalar)right;

        public static Tensor operator *(double left, Tensor right) => (Scalar)left * right;

        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);

        public static Tensor operator -(Scalar left, Tensor right) => torch.rsub(right, left);

        public static Tensor operator -(Tensor left, int right) => left - (Scalar)right;

        public static Tensor operator -(int left, Tensor right) => (Scalar)left - right;

        public static Tensor operator -(Tensor left, long right) => left - (Scalar)right;

        public static Tensor operator -(long left, Tensor right) => (Scalar)left - right;

        public static Tensor operator -(Tensor left, float right) => left - (Scalar)right;

        public static Tensor operator -(float left, Tensor right) => (Scalar)left - right;

        public static Tensor operator -(Tensor left, double right) => left - (Scalar)right;

        public static Tensor operator -(double left, Tensor right) => (Scalar)left - right;

        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);

        public static Tensor operator /(Scalar left, Tensor right) => torch.rdiv(left, right);

        public static Tensor operator /(Tensor left, int right) => left / (Scalar)right;

        public static Tensor operator /(int left, Tensor right) => (Scalar)left / right;

        public static Tensor operator /(Tensor left, long right) => left / (Scalar)right;

        public static Tensor operator /(long left, Tensor right) => (Scalar)left / right;

        public static Tensor operator /(Tensor left, float right) => left / (Scalar)right;

        public static Tensor operator /(float left, Tensor right) => (Scalar)left / right;

        public static Tensor operator /(Tensor left, double right) => left / (Scalar)right;

        public static Tensor operator /(double left, Tensor right) => (Scalar)left / right;

        public static Tensor operator -(Tensor tensor) => tensor.neg();

        public static Tensor operator %(Tensor left, Tensor right) => left.remainder(right);

        public static Tensor operator %(Tensor left, Scalar right) => left.remainder(right);

        public static Tensor operator %(Tensor left, int right) => left % (Scalar)right;

        public static Tensor operator %(Tensor left, long right) => left % (Scalar)right;

        public static Tensor operator %(Tensor left, float right) => left % (Scalar)right;

        public static Tensor operator %(Tensor left, double right) => left % (Scalar)right;

        public static Tensor operator &(Tensor left, Tensor right) => left.bitwise_and(right);

        public static Tensor operator |(Tensor left, Tensor right) => left.bitwise_or(right);

        public static Tensor operator ^(Tensor left, Tensor right) => left.bitwise_xor(right);

        public static Tensor operator ~(Tensor tensor) => tensor.bitwise_not();

        public static Tensor operator ==(Tensor left, Tensor right) => left.eq(right);

        public static Tensor operator ==(Tensor left, Scalar right) => left.eq(right);

        public static Tensor operator ==(Scalar left, Tensor right) => right.eq(left);

        public static Tensor operator !=(Tensor left, Tensor right) => left.ne(right);

        public static Tensor operator !=(Tensor left, Scalar right) => left.ne(right);

        public static Tensor operator !=(Scalar left, Tensor right) => right.ne(left);

        public static Tensor operator <(Tensor left, Tensor right) => left.lt(right);

        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);

        public static Tensor operator <(Scalar left, Tensor right) => right.gt(left);

        public static Tensor operator <=(Tensor left, Tensor right) => left.le(right);

        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);

        public static Tensor operator <=(Scalar left, Tensor right) => right.ge(left);

        public static Tensor operator >(Tensor left, Tensor right) => left.gt(right);

        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);

        public static Tensor operator >(Scalar left, Tensor right) => right.lt(left);

        public static Tensor operator >=(Tensor left, Tensor right) => left.ge(right);

        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);

        public static Tensor operator >=(Scalar left, Tensor right) => right.le(left);
    }
}
