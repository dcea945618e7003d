using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class distributions
    {
        public static Bernoulli Bernoulli(Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(probs, logits, generator);

        public static Bernoulli Bernoulli(float? probs, float? logits, Generator? generator = null) =>
            new(Optional(probs), Optional(logits), generator);

        public static Bernoulli Bernoulli(double? probs, double? logits, Generator? generator = null) =>
            new(Optional(probs), Optional(logits), generator);

        public static Beta Beta(Tensor concentration1, Tensor concentration0, Generator? generator = null) =>
            new(concentration1, concentration0, generator);

        public static Binomial Binomial(
            Tensor total_count, Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(total_count, probs, logits, generator);

        public static Binomial Binomial(int total_count, float? probs, float? logits, Generator? generator = null) =>
            new(tensor((float)total_count), Optional(probs), Optional(logits), generator);

        public static Binomial Binomial(
            int total_count, double? probs, double? logits, Generator? generator = null) =>
            new(tensor((double)total_count), Optional(probs), Optional(logits), generator);

        public static Categorical Categorical(
            Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(probs, logits, generator);

        public static Categorical Categorical(int categories, Generator? generator = null) =>
            new(Equal(categories), null, generator);

        public static Cauchy Cauchy(Tensor loc, Tensor scale, Generator? generator = null) =>
            new(loc, scale, generator);

        public static Chi2 Chi2(Tensor df, Generator? generator = null) =>
            new(df, generator);

        public static Dirichlet Dirichlet(Tensor concentration, Generator? generator = null) =>
            new(concentration, generator);

        public static Exponential Exponential(Tensor rate, Generator? generator = null) =>
            new(rate, generator);

        public static ExpRelaxedCategorical ExpRelaxedCategorical(
            Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(temperature, probs, logits, generator);

        public static FisherSnedecor FisherSnedecor(Tensor df1, Tensor df2, Generator? generator = null) =>
            new(df1, df2, generator);

        public static Gamma Gamma(Tensor concentration, Tensor rate, Generator? generator = null) =>
            new(concentration, rate, generator);

        public static Geometric Geometric(Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(probs, logits, generator);

        public static Gumbel Gumbel(Tensor loc, Tensor scale, Generator? generator = null) =>
            new(loc, scale, generator);

        public static HalfCauchy HalfCauchy(Tensor scale, Generator? generator = null) =>
            new(scale, generator);

        public static HalfNormal HalfNormal(Tensor scale, Generator? generator = null) =>
            new(scale, generator);

        public static Independent Independent(
            Distribution base_distribution, int reinterpreted_batch_dims, Generator? generator = null) =>
            new(base_distribution, reinterpreted_batch_dims, generator);

        public static Kumaraswamy Kumaraswamy(
            Tensor concentration1, Tensor concentration0, Generator? generator = null) =>
            new(concentration1, concentration0, generator);

        public static Laplace Laplace(Tensor loc, Tensor scale, Generator? generator = null) =>
            new(loc, scale, generator);

        public static Laplace Laplace(float loc, float scale = 1.0f, Generator? generator = null) =>
            new(tensor(loc), tensor(scale), generator);

        public static Laplace Laplace(double loc, double scale = 1.0, Generator? generator = null) =>
            new(tensor(loc), tensor(scale), generator);

        public static LogitRelaxedBernoulli LogitRelaxedBernoulli(
            Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(temperature, probs, logits, generator);

        public static LogitRelaxedBernoulli LogitRelaxedBernoulli(
            Tensor temperature, float? probs, float? logits, Generator? generator = null) =>
            new(temperature, Optional(probs), Optional(logits), generator);

        public static LogitRelaxedBernoulli LogitRelaxedBernoulli(
            Tensor temperature, double? probs, double? logits, Generator? generator = null) =>
            new(temperature, Optional(probs), Optional(logits), generator);

        public static LogNormal LogNormal(Tensor loc, Tensor scale, Generator? generator = null) =>
            new(loc, scale, generator);

        public static Multinomial Multinomial(
            int total_count, Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(total_count, probs, logits, generator);

        public static Multinomial Multinomial(int total_count, int categories, Generator? generator = null) =>
            new(total_count, Equal(categories), null, generator);

        public static MultivariateNormal MultivariateNormal(
            Tensor loc, Tensor? covariance_matrix = null, Tensor? precision_matrix = null,
            Tensor? scale_tril = null, Generator? generator = null) =>
            new(loc, covariance_matrix, precision_matrix, scale_tril, generator);

        public static NegativeBinomial NegativeBinomial(
            Tensor total_count, Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(total_count, probs, logits, generator);

        public static NegativeBinomial NegativeBinomial(
            int total_count, float? probs, float? logits, Generator? generator = null) =>
            new(tensor((float)total_count), Optional(probs), Optional(logits), generator);

        public static NegativeBinomial NegativeBinomial(
            int total_count, double? probs, double? logits, Generator? generator = null) =>
            new(tensor((double)total_count), Optional(probs), Optional(logits), generator);

        public static Normal Normal(Tensor loc, Tensor scale, Generator? generator = null) =>
            new(loc, scale, generator);

        public static Normal Normal(float loc, float scale = 1.0f, Generator? generator = null) =>
            new(tensor(loc), tensor(scale), generator);

        public static Normal Normal(double loc, double scale = 1.0, Generator? generator = null) =>
            new(tensor(loc), tensor(scale), generator);

        public static OneHotCategorical OneHotCategorical(
            Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(probs, logits, generator);

        public static OneHotCategorical OneHotCategorical(float? probs, float? logits, Generator? generator = null) =>
            new(Optional(probs), Optional(logits), generator);

        public static OneHotCategorical OneHotCategorical(
            double? probs, double? logits, Generator? generator = null) =>
            new(Optional(probs), Optional(logits), generator);

        public static Pareto Pareto(Tensor scale, Tensor alpha, Generator? generator = null) =>
            new(scale, alpha, generator);

        public static Poisson Poisson(Tensor rate, Generator? generator = null) =>
            new(rate, generator);

        public static Poisson Poisson(float rate, Generator? generator = null) =>
            new(tensor(rate), generator);

        public static Poisson Poisson(double rate, Generator? generator = null) =>
            new(tensor(rate), generator);

        public static RelaxedBernoulli RelaxedBernoulli(
            Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(temperature, probs, logits, generator);

        public static RelaxedBernoulli RelaxedBernoulli(
            Tensor temperature, float? probs, float? logits, Generator? generator = null) =>
            new(temperature, Optional(probs), Optional(logits), generator);

        public static RelaxedBernoulli RelaxedBernoulli(
            Tensor temperature, double? probs, double? logits, Generator? generator = null) =>
            new(temperature, Optional(probs), Optional(logits), generator);

        public static RelaxedOneHotCategorical RelaxedOneHotCategorical(
            Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null) =>
            new(temperature, probs, logits, generator);

        public static Uniform Uniform(Tensor low, Tensor high, Generator? generator = null) =>
            new(low, high, generator);

        public static Weibull Weibull(Tensor scale, Tensor concentration, Generator? generator = null) =>
            new(scale, concentration, generator);

        private static Tensor? Optional(float? value) => value is { } given ? tensor(given) : null;

        private static Tensor? Optional(double? value) => value is { } given ? tensor(given) : null;

        private static Tensor Equal(int categories) => full(categories, 1.0 / categories);
    }
}
