namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public static explicit operator Tensor(byte value) => tensor(value);

        public static explicit operator Tensor(sbyte value) => tensor(value);

        public static explicit operator Tensor(short value) => tensor(value);

        public static explicit operator Tensor(int value) => tensor(value);

        public static explicit operator Tensor(long value) => tensor(value);

        public static explicit operator Tensor(float value) => tensor(value);

        public static explicit operator Tensor(double value) => tensor(value);

        public static explicit operator Tensor(bool value) => tensor(value);

        public static Tensor operator <<(Tensor left, Tensor right) => left.bitwise_left_shift(right);

        public static Tensor operator >>(Tensor left, Tensor right) => left.bitwise_right_shift(right);
    }
}
