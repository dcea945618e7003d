namespace TorchSharp;

public static partial class torch
{
    public static partial class distributions
    {
        /// <summary>A family member for each element of its batch: samples, densities and moments.</summary>
        public abstract class Distribution : IDisposable
        {
            protected const double euler_constant = 0.57721566490153286060;

            protected Generator? generator;
            private readonly List<Tensor> _owned = [];

            protected Distribution(Generator? generator, long[]? batch_shape = null, long[]? event_shape = null)
            {
                this.generator = generator;
                this.batch_shape = new Size(batch_shape ?? []);
                this.event_shape = new Size(event_shape ?? []);
            }

            ~Distribution() => Dispose(false);

            public Size batch_shape { get; protected set; }

            public Size event_shape { get; protected set; }

            public abstract Tensor mean { get; }

            public virtual Tensor mode =>
                throw new NotImplementedException($"{GetType().Name} does not implement mode.");

            public abstract Tensor variance { get; }

            public virtual Tensor stddev => variance.sqrt();

            /// <summary>A sample without gradient; shape: sample_shape, batch_shape, event_shape.</summary>
            public virtual Tensor sample(params long[] sample_shape)
            {
                using var off = no_grad();
                return rsample(sample_shape);
            }

            public Tensor sample(Size sample_shape) => sample(sample_shape.Shape);

            /// <summary>A sample that is differentiable in the parameters, where the family allows it.</summary>
            public abstract Tensor rsample(params long[] sample_shape);

            public Tensor rsample(Size sample_shape) => rsample(sample_shape.Shape);

            public abstract Tensor log_prob(Tensor value);

            public virtual Tensor entropy() =>
                throw new NotImplementedException($"{GetType().Name} does not implement entropy.");

            public virtual Tensor cdf(Tensor value) =>
                throw new NotImplementedException($"{GetType().Name} does not implement cdf.");

            public virtual Tensor icdf(Tensor value) =>
                throw new NotImplementedException($"{GetType().Name} does not implement icdf.");

            public virtual Tensor enumerate_support(bool expand = true) =>
                throw new NotImplementedException($"{GetType().Name} does not implement enumerate_support.");

            public virtual Tensor perplexity() => WrappedTensorDisposeScope(() => entropy().exp());

            /// <summary>The same family over a larger batch.</summary>
            public abstract Distribution expand(Size batch_shape, Distribution? instance = null);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (disposing)
                {
                    _owned.ForEach(tensor => tensor.Dispose());
                }
            }

            protected long[] ExtendedShape(params long[] sample_shape) =>
                [.. sample_shape, .. batch_shape.Shape, .. event_shape.Shape];

            protected Tensor LogitsToProbs(Tensor logits, bool isBinary = false) =>
                isBinary ? logits.sigmoid() : logits.softmax(-1);

            protected Tensor ProbsToLogits(Tensor probs, bool isBinary = false) => WrappedTensorDisposeScope(() =>
            {
                var clamped = ClampProbs(probs);
                return isBinary ? clamped.log() - (-clamped).log1p() : clamped.log();
            });

            protected Tensor ClampProbs(Tensor probs)
            {
                var eps = finfo(probs.dtype).eps;
                return probs.clamp(eps, 1 - eps);
            }

            protected Tensor ClampByZero(Tensor x) =>
                WrappedTensorDisposeScope(() => (x.clamp_min(0) + x - x.clamp_max(0)) / 2);

            // Parameters outlive the scope that they came from, as the package's do; Dispose gives them back.
            private protected Tensor Own(Tensor parameter)
            {
                var kept = parameter.alias().DetachFromDisposeScope();
                _owned.Add(kept);
                return kept;
            }

            private protected Tensor Uniform(Tensor like, long[] shape) =>
                rand(shape, like.dtype, like.device, generator: generator).clamp_(finfo(like.dtype).tiny, 1);

            private protected Tensor Gauss(Tensor like, long[] shape) =>
                randn(shape, like.dtype, like.device, generator: generator);

            private protected static Tensor FullLike(Tensor like, double value) => like.detach().clone().fill_(value);
        }
    }
}
