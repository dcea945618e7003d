using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Scales all gradients so that their norm together is at most max_norm; returns the norm
            /// found.</summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm,
                double norm_type = 2.0)
            {
                using var off = no_grad();
                using var scope = NewDisposeScope();
                var gradients = tensors.Select(tensor => tensor.grad).OfType<Tensor>().ToArray();
                if (gradients.Length == 0)
                {
                    return 0;
                }

                var norms = stack(gradients.Select(gradient => Norm(gradient, norm_type).to(float32,
                    gradients[0].device)));
                var total = Norm(norms, norm_type).ToDouble();

                // The 1e-6 is PyTorch's, in torch.nn.utils.clip_grad_norm_.
                var scale = max_norm / (total + 1e-6);
                if (scale < 1)
                {
                    foreach (var gradient in gradients)
                    {
                        gradient.mul_(scale);
                    }
                }

                return total;
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var off = no_grad();
                foreach (var tensor in tensors)
                {
                    using var gradient = tensor.grad;
                    gradient?.clamp_(-clip_value, clip_value);
                }
            }

            public static Tensor parameters_to_vector(IEnumerable<Tensor> tensors)
            {
                using var scope = NewDisposeScope();
                return cat([.. tensors.Select(tensor => tensor.reshape(-1))]).MoveToOuterDisposeScope();
            }

            public static void vector_to_parameters(Tensor vec, IEnumerable<Tensor> tensors)
            {
                using var off = no_grad();
                using var scope = NewDisposeScope();
                var offset = 0L;
                foreach (var tensor in tensors)
                {
                    var count = tensor.numel();
                    tensor.copy_(vec.narrow(0, offset, count).view_as(tensor));
                    offset += count;
                }
            }

            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors) =>
                parameters_to_vector(tensors.Cast<Tensor>());

            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors) =>
                vector_to_parameters(vec, tensors.Cast<Tensor>());

            private static Tensor Norm(Tensor tensor, double p) =>
                double.IsPositiveInfinity(p) ? tensor.abs().max() : Aten.Call("norm.Scalar", tensor, p);
        }
    }
}
