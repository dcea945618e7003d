namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static class init
        {
            public enum NonlinearityType
            {
                Linear = 0,
                Conv1D = 1,
                Conv2D = 2,
                Conv3D = 3,
                ConvTranspose1D = 4,
                ConvTranspose2D = 5,
                ConvTranspose3D = 6,
                Sigmoid = 7,
                Tanh = 8,
                ReLU = 9,
                LeakyReLU = 10,
            }

            public enum FanInOut
            {
                FanIn = 0,
                FanOut = 1,
            }

            // PyTorch's torch.nn.init.calculate_gain.
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) =>
                nonlinearity switch
                {
                    NonlinearityType.Tanh => 5.0 / 3,
                    NonlinearityType.ReLU => Math.Sqrt(2),
                    NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1 + (param * param))),
                    _ => 1,
                };

            public static Tensor ones_(Tensor tensor) => Quietly(() => tensor.fill_(1));

            public static Tensor zeros_(Tensor tensor) => Quietly(() => tensor.zero_());

            public static Tensor constant_(Tensor tensor, Scalar val) => Quietly(() => tensor.fill_(val));

            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1,
                Generator? generator = null) =>
                Quietly(() => tensor.uniform_(low, high, generator));

            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) =>
                Quietly(() => tensor.normal_(mean, std, generator));

            public static Tensor eye_(Tensor tensor)
            {
                using var identity = eye(tensor.shape[0], tensor.shape[1], tensor.dtype, tensor.device);
                return Quietly(() => tensor.copy_(identity));
            }

            public static Tensor trunc_normal_(
                Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2) => Quietly(() =>
            {
                // By inversion: uniform between the two bounds' probabilities, through the inverse normal distribution.
                using var bounds = torch.tensor(new[] { (a - mean) / std, (b - mean) / std }, float64);
                using var scaled = bounds / Math.Sqrt(2);
                using var erfs = scaled.erf();
                return tensor.uniform_(erfs[0].ToDouble(),
                    erfs[1].ToDouble()).erfinv_().mul_(std * Math.Sqrt(2)).add_(mean)
                    .clamp_(a, b);
            });

            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                var bound = Math.Sqrt(3) * gain * Math.Sqrt(2.0 / (fanIn + fanOut));
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor xavier_normal_(Tensor tensor, double gain = 1.0)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return normal_(tensor, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)));
            }

            public static Tensor kaiming_uniform_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = Math.Sqrt(3) * calculate_gain(nonlinearity, a) / Math.Sqrt(Fan(tensor, mode));
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor kaiming_normal_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, calculate_gain(nonlinearity, a) / Math.Sqrt(Fan(tensor, mode)));

            // A convolution that hands its first channels on unchanged.
            public static Tensor dirac_(Tensor tensor) => Quietly(() =>
            {
                var size = tensor.shape;
                if (size.Length is < 3 or > 5)
                {
                    throw new ArgumentException($"dirac_ needs 3, 4 or 5 dimensions; found {size.Length}.");
                }

                tensor.zero_();
                for (var channel = 0L; channel < Math.Min(size[0], size[1]); channel++)
                {
                    var centre = size.Skip(2).Select(side => TensorIndex.Single(side / 2));
                    tensor.index_put_(1, [TensorIndex.Single(channel), TensorIndex.Single(channel), .. centre]);
                }

                return tensor;
            });

            // Normal values, of which a share in each column is zero.
            public static Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01) => Quietly(() =>
            {
                using var scope = NewDisposeScope();
                var (rows, columns) = (tensor.shape[0], tensor.shape[1]);
                var zeros = (long)Math.Ceiling(sparsity * rows);
                tensor.normal_(0, std);
                for (var column = 0L; column < columns; column++)
                {
                    tensor.select(1, column).index_fill_(0, randperm(rows, device: tensor.device)[..(int)zeros], 0);
                }

                return tensor;
            });

            public static Tensor orthogonal_(Tensor tensor, double gain = 1.0) => Quietly(() =>
            {
                using var scope = NewDisposeScope();
                var rows = tensor.shape[0];
                var columns = tensor.numel() / rows;
                var random = randn(Math.Max(rows, columns), Math.Min(rows, columns), float64);
                var (q, r) = Native.Aten.Call2("linalg_qr", random, "reduced");
                q *= r.diagonal().sign();
                tensor.copy_((rows < columns ? q.t() : q).reshape(tensor.shape)).mul_(gain);
                return tensor;
            });

            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var sizes = tensor.shape;
                if (sizes.Length < 2)
                {
                    throw new ArgumentException(
                        "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
                }

                var field = sizes.Skip(2).Aggregate(1L, (left, right) => left * right);
                return (sizes[1] * field, sizes[0] * field);
            }

            private static long Fan(Tensor tensor, FanInOut mode)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return mode == FanInOut.FanIn ? fanIn : fanOut;
            }

            private static Tensor Quietly(Func<Tensor> change)
            {
                using var off = no_grad();
                return change();
            }
        }
    }
}
