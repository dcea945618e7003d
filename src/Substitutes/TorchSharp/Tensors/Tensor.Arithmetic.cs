using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private Tensor Mutate(string name, params ReadOnlySpan<Arg> args)
        {
            Aten.Run(name, args);
            return this;
        }

        public Tensor add(Tensor target) => Aten.Call("add.Tensor", this, target);

        public Tensor add(Tensor target, Scalar alpha) => Aten.Call("add.Tensor", this, target, alpha);

        public Tensor add(Scalar scalar) => Aten.Call("add.Scalar", this, scalar);

        public Tensor add(Scalar scalar, Scalar alpha) => Aten.Call("add.Scalar", this, scalar, alpha);

        public Tensor add_(Tensor target) => Mutate("add_.Tensor", this, target);

        public Tensor add_(Tensor target, Scalar alpha) => Mutate("add_.Tensor", this, target, alpha);

        public Tensor add_(Scalar scalar) => Mutate("add_.Scalar", this, scalar);

        public Tensor add_(Scalar scalar, Scalar alpha) => Mutate("add_.Scalar", this, scalar, alpha);

        public Tensor sub(Tensor target) => Aten.Call("sub.Tensor", this, target);

        public Tensor sub(Tensor target, Scalar alpha) => Aten.Call("sub.Tensor", this, target, alpha);

        public Tensor sub(Scalar target) => Aten.Call("sub.Scalar", this, target);

        public Tensor sub(Scalar scalar, Scalar alpha) => Aten.Call("sub.Scalar", this, scalar, alpha);

        public Tensor sub_(Tensor target) => Mutate("sub_.Tensor", this, target);

        public Tensor sub_(Tensor target, Scalar alpha) => Mutate("sub_.Tensor", this, target, alpha);

        public Tensor sub_(Scalar target) => Mutate("sub_.Scalar", this, target);

        public Tensor sub_(Scalar scalar, Scalar alpha) => Mutate("sub_.Scalar", this, scalar, alpha);

        public Tensor mul(Tensor target) => Aten.Call("mul.Tensor", this, target);

        public Tensor mul(Scalar target) => Aten.Call("mul.Scalar", this, target);

        public Tensor mul_(Tensor target) => Mutate("mul_.Tensor", this, target);

        public Tensor mul_(Scalar target) => Mutate("mul_.Scalar", this, target);

        public Tensor multiply(Tensor target) => Aten.Call("mul.Tensor", this, target);

        public Tensor multiply(Scalar target) => Aten.Call("mul.Scalar", this, target);

        public Tensor multiply_(Tensor target) => Mutate("mul_.Tensor", this, target);

        public Tensor multiply_(Scalar scalar) => Mutate("mul_.Scalar", this, scalar);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Call("div.Tensor_mode", this, target, Name(rounding_mode));

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Call("div.Scalar_mode", this, target, Name(rounding_mode));

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Mutate("div_.Tensor_mode", this, target, Name(rounding_mode));

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Mutate("div_.Scalar_mode", this, target, Name(rounding_mode));

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Call("div.Tensor_mode", this, target, Name(rounding_mode));

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Call("div.Scalar_mode", this, target, Name(rounding_mode));

        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Mutate("div_.Tensor_mode", this, target, Name(rounding_mode));

        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Mutate("div_.Scalar_mode", this, target, Name(rounding_mode));

        private static string? Name(RoundingMode mode) => mode == RoundingMode.None ? null : mode.ToString();

        public Tensor true_divide(Tensor other) => Aten.Call("true_divide.Tensor", this, other);

        public Tensor true_divide(Scalar other) => Aten.Call("true_divide.Scalar", this, other);

        public Tensor true_divide_(Tensor other) => Mutate("true_divide_.Tensor", this, other);

        public Tensor true_divide_(Scalar other) => Mutate("true_divide_.Scalar", this, other);

        public Tensor floor_divide(Tensor other) => Aten.Call("floor_divide", this, other);

        public Tensor floor_divide(Scalar other) => Aten.Call("floor_divide.Scalar", this, other);

        public Tensor floor_divide_(Tensor other) => Mutate("floor_divide_.Tensor", this, other);

        public Tensor floor_divide_(Scalar other) => Mutate("floor_divide_.Scalar", this, other);

        public Tensor remainder(Tensor target) => Aten.Call("remainder.Tensor", this, target);

        public Tensor remainder(Scalar scalar) => Aten.Call("remainder.Scalar", this, scalar);

        public Tensor remainder_(Tensor target) => Mutate("remainder_.Tensor", this, target);

        public Tensor remainder_(Scalar scalar) => Mutate("remainder_.Scalar", this, scalar);

        public Tensor fmod(Tensor target) => Aten.Call("fmod.Tensor", this, target);

        public Tensor fmod(Scalar scalar) => Aten.Call("fmod.Scalar", this, scalar);

        public Tensor fmod_(Tensor target) => Mutate("fmod_.Tensor", this, target);

        public Tensor fmod_(Scalar scalar) => Mutate("fmod_.Scalar", this, scalar);

        public Tensor pow(Tensor exponent) => Aten.Call("pow.Tensor_Tensor", this, exponent);

        public Tensor pow(Scalar exponent) => Aten.Call("pow.Tensor_Scalar", this, exponent);

        public Tensor pow_(Tensor exponent) => Mutate("pow_.Tensor", this, exponent);

        public Tensor pow_(Scalar exponent) => Mutate("pow_.Scalar", this, exponent);

        public Tensor maximum(Tensor other) => Aten.Call("maximum", this, other);

        public Tensor minimum(Tensor other) => Aten.Call("minimum", this, other);

        public Tensor fmax(Tensor other) => Aten.Call("fmax", this, other);

        public Tensor fmin(Tensor other) => Aten.Call("fmin", this, other);

        public Tensor atan2(Tensor other) => Aten.Call("atan2", this, other);

        public Tensor hypot(Tensor other) => Aten.Call("hypot", this, other);

        public Tensor logaddexp(Tensor other) => Aten.Call("logaddexp", this, other);

        public Tensor logaddexp2(Tensor other) => Aten.Call("logaddexp2", this, other);

        public Tensor nextafter(Tensor other) => Aten.Call("nextafter", this, other);

        public Tensor heaviside(Tensor other) => Aten.Call("heaviside", this, other);

        public Tensor copysign(Tensor other) => Aten.Call("copysign.Tensor", this, other);

        public Tensor lcm(Tensor other) => Aten.Call("lcm", this, other);

        public Tensor gcd(Tensor other) => Aten.Call("gcd", this, other);

        public Tensor logical_and(Tensor other) => Aten.Call("logical_and", this, other);

        public Tensor logical_or(Tensor other) => Aten.Call("logical_or", this, other);

        public Tensor logical_xor(Tensor other) => Aten.Call("logical_xor", this, other);

        public Tensor bitwise_and(Tensor other) => Aten.Call("bitwise_and.Tensor", this, other);

        public Tensor bitwise_or(Tensor other) => Aten.Call("bitwise_or.Tensor", this, other);

        public Tensor bitwise_xor(Tensor other) => Aten.Call("bitwise_xor.Tensor", this, other);

        public Tensor bitwise_left_shift(Tensor other) => Aten.Call("bitwise_left_shift.Tensor", this, other);

        public Tensor bitwise_right_shift(Tensor other) => Aten.Call("bitwise_right_shift.Tensor", this, other);

        public Tensor xlogy(Tensor y) => Aten.Call("xlogy.Tensor", this, y);

        public Tensor ldexp(Tensor other) => Aten.Call("ldexp.Tensor", this, other);

        public Tensor float_power(Tensor target) => Aten.Call("float_power.Tensor_Tensor", this, target);

        public Tensor arctan2(Tensor other) => Aten.Call("atan2", this, other);

        public Tensor logical_and_(Tensor other) => Mutate("logical_and_", this, other);

        public Tensor logical_or_(Tensor other) => Mutate("logical_or_", this, other);

        public Tensor logical_xor_(Tensor other) => Mutate("logical_xor_", this, other);

        public Tensor bitwise_and_(Tensor other) => Mutate("bitwise_and_.Tensor", this, other);

        public Tensor bitwise_or_(Tensor other) => Mutate("bitwise_or_.Tensor", this, other);

        public Tensor bitwise_xor_(Tensor other) => Mutate("bitwise_xor_.Tensor", this, other);

        public Tensor atan2_(Tensor other) => Mutate("atan2_", this, other);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2) => Aten.Call("addcmul", this, tensor1, tensor2);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Aten.Call("addcmul", this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2) => Mutate("addcmul_", this, tensor1, tensor2);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Mutate("addcmul_", this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Aten.Call("addcdiv", this, tensor1, tensor2);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Aten.Call("addcdiv", this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Mutate("addcdiv_", this, tensor1, tensor2);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Mutate("addcdiv_", this, tensor1, tensor2, value);

        public Tensor lerp(Tensor end, Tensor weight) => Aten.Call("lerp.Tensor", this, end, weight);

        public Tensor lerp(Tensor end, Scalar weight) => Aten.Call("lerp.Scalar", this, end, weight);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.Call("clamp", this, min, max);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Aten.Call("clamp.Tensor", this, min, max);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => Aten.Call("clamp", this, min, max);

        public Tensor clip(Tensor? min = null, Tensor? max = null) => Aten.Call("clamp.Tensor", this, min, max);

        public Tensor clamp_max(Scalar max) => Aten.Call("clamp_max", this, max);

        public Tensor clamp_min(Scalar min) => Aten.Call("clamp_min", this, min);

        public Tensor nan_to_num(double? nan = null, double? posinf = null, double? neginf = null) =>
            Aten.Call("nan_to_num", this, nan, posinf, neginf);

        public Tensor logit(double? eps = null) => Aten.Call("logit", this, eps);

        public Tensor round(long decimals) => Aten.Call("round.decimals", this, decimals);

        public Tensor lerp_(Tensor end, Tensor weight) => Mutate("lerp_.Tensor", this, end, weight);

        public Tensor lerp_(Tensor end, Scalar weight) => Mutate("lerp_.Scalar", this, end, weight);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Mutate("clamp_", this, min, max);

        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Mutate("clamp_.Tensor", this, min, max);

        public Tensor clip_(Scalar? min = null, Scalar? max = null) => Mutate("clamp_", this, min, max);

        public Tensor clip_(Tensor? min = null, Tensor? max = null) => Mutate("clamp_.Tensor", this, min, max);

        public Tensor clamp_max_(Scalar max) => Mutate("clamp_max_", this, max);

        public Tensor clamp_min_(Scalar min) => Mutate("clamp_min_", this, min);

        public Tensor nan_to_num_(double? nan = null, double? posinf = null, double? neginf = null) =>
            Mutate("nan_to_num_", this, nan, posinf, neginf);

        public Tensor logit_(double? eps = null) => Mutate("logit_", this, eps);

        public Tensor round_(long decimals) => Mutate("round_.decimals", this, decimals);
    }
}
