using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Tests;

/// <summary>Densities against their own integrals: total, mean, variance, entropy and distribution function.</summary>
public sealed class DistributionTests
{
    // Trapezoids of 200,000 steps over a support cut where the tails hold less than this.
    private const double IntegralTolerance = 2e-3;

    private const int SampleCount = 40_000;

    public static TheoryData<string> Continuous =>
    [
        "normal", "log normal", "half normal", "laplace", "gumbel", "uniform", "gamma", "chi2", "exponential", "beta",
        "weibull", "pareto", "kumaraswamy", "fisher", "relaxed bernoulli",
    ];

    public static TheoryData<string> Discrete => ["bernoulli", "geometric", "binomial", "negative binomial", "poisson"];

    [Theory]
    [MemberData(nameof(Continuous))]
    public void LogProb_Integrated_GivesOneAndTheMoments(string name)
    {
        using var scope = NewDisposeScope();
        var (distribution, from, to) = Density(name);
        var x = linspace(from, to, 200_001, float64);
        var density = distribution.log_prob(x).exp();

        Assert.Equal(1.0, trapezoid(density, x).ToDouble(), IntegralTolerance);
        if (name == "relaxed bernoulli")
        {
            return;
        }

        var mean = trapezoid(density * x, x).ToDouble();
        Assert.Equal(distribution.mean.ToDouble(), mean, IntegralTolerance * Math.Max(1, Math.Abs(mean)));
        var variance = trapezoid(density * (x - mean).pow(2), x).ToDouble();
        Assert.Equal(distribution.variance.ToDouble(), variance, 5 * IntegralTolerance * Math.Max(1, variance));
        if (name != "fisher")
        {
            var entropy = trapezoid(-density * (density + 1e-300).log(), x).ToDouble();
            Assert.Equal(distribution.entropy().ToDouble(), entropy, 5 * IntegralTolerance);
        }
    }

    [Theory]
    [InlineData("normal")]
    [InlineData("half normal")]
    [InlineData("laplace")]
    [InlineData("gumbel")]
    [InlineData("uniform")]
    [InlineData("exponential")]
    [InlineData("weibull")]
    [InlineData("pareto")]
    [InlineData("kumaraswamy")]
    [InlineData("log normal")]
    public void Icdf_OfTheCdf_IsTheValue(string name)
    {
        using var scope = NewDisposeScope();
        var (distribution, _, _) = Density(name);
        var share = tensor([0.1, 0.35, 0.5, 0.8, 0.99]);

        var back = distribution.cdf(distribution.icdf(share));

        Assert.True(allclose(share, back, 1e-7, 1e-9), $"{name}: {back.str()}");
    }

    [Theory]
    [MemberData(nameof(Continuous))]
    public void Sample_ManyDraws_HasTheMean(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(17);
        var (distribution, from, to) = Density(name, generator);

        var drawn = distribution.sample(SampleCount);

        Assert.Equal([SampleCount], drawn.shape);
        Assert.True(drawn.isfinite().all().ToBoolean());
        if (name is "pareto" or "fisher" or "relaxed bernoulli")
        {
            return;
        }

        var sigma = Math.Sqrt(distribution.variance.ToDouble() / SampleCount);
        Assert.Equal(distribution.mean.ToDouble(), drawn.mean().ToDouble(), 6 * sigma);
    }

    [Theory]
    [MemberData(nameof(Discrete))]
    public void LogProb_Summed_GivesOneAndTheMoments(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(23);
        var (distribution, most) = Mass(name, generator);
        var k = arange(0, most + 1, dtype: float64);
        var mass = distribution.log_prob(k).exp();

        Assert.Equal(1.0, mass.sum().ToDouble(), 1e-9);
        Assert.Equal(distribution.mean.ToDouble(), (mass * k).sum().ToDouble(), 1e-6);
        Assert.Equal(
            distribution.variance.ToDouble(), (mass * (k - distribution.mean).pow(2)).sum().ToDouble(), 1e-5);
        var drawn = distribution.sample(SampleCount);
        var sigma = Math.Sqrt(distribution.variance.ToDouble() / SampleCount);
        Assert.Equal(distribution.mean.ToDouble(), drawn.mean().ToDouble(), 6 * sigma);
    }

    [Fact]
    public void Categorical_Weights_AreNormalised()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var distribution = Categorical(tensor([1.0, 3.0, 4.0]), generator: generator);

        Assert.Equal(Math.Log(0.375), distribution.log_prob(tensor(1L)).ToDouble(), 6);
        Assert.Equal(
            -((0.125 * Math.Log(0.125)) + (0.375 * Math.Log(0.375)) + (0.5 * Math.Log(0.5))),
            distribution.entropy().ToDouble(), 6);
        var shares = bincount(distribution.sample(SampleCount), minlength: 3).to_type(ScalarType.Float64) / SampleCount;
        Assert.True(allclose(shares, tensor([0.125, 0.375, 0.5]), 0, 0.02), shares.str());
    }

    [Fact]
    public void Categorical_Batch_SamplesHaveItsShape()
    {
        using var scope = NewDisposeScope();
        var distribution = Categorical(rand([4, 3]));

        Assert.Equal([2L, 5L, 4L], distribution.sample(2, 5).shape);
        Assert.Equal([2L, 5L, 4L], distribution.log_prob(distribution.sample(2, 5)).shape);
    }

    [Fact]
    public void Multinomial_Draws_AddUpToTheCount()
    {
        using var scope = NewDisposeScope();
        var distribution = Multinomial(10, tensor([0.2, 0.3, 0.5]));

        var drawn = distribution.sample(7);

        Assert.Equal([7L, 3L], drawn.shape);
        Assert.All(drawn.sum(1L).data<double>().ToArray(), total => Assert.Equal(10.0, total));

        // 10! / (2! 3! 5!) 0.2^2 0.3^3 0.5^5
        Assert.Equal(
            Math.Log(2520 * 0.04 * 0.027 * 0.03125), distribution.log_prob(tensor([2.0, 3.0, 5.0])).ToDouble(), 6);
    }

    [Fact]
    public void MultivariateNormal_LogProb_IsTheFormula()
    {
        using var scope = NewDisposeScope();
        var covariance = tensor([2.0, 0.6, 0.6, 1.0]).reshape(2, 2);
        var distribution = MultivariateNormal(tensor([1.0, -1.0]), covariance);

        // difference (1, 2); its square by the inverse is (1 * 1 - 2 * 0.6 * 1 * 2 + 2 * 4) / det, det = 1.64
        var expected = -0.5 * (((1 - 2.4 + 8) / 1.64) + Math.Log(1.64) + (2 * Math.Log(2 * Math.PI)));
        Assert.Equal(expected, distribution.log_prob(tensor([2.0, 1.0])).ToDouble(), 6);
        Assert.Equal([5L, 2L], distribution.sample(5).shape);
    }

    [Fact]
    public void Dirichlet_LogProb_IsTheFormula()
    {
        using var scope = NewDisposeScope();
        var distribution = Dirichlet(tensor([2.0, 3.0, 4.0]));

        // 8! / (1! 2! 3!) x y^2 z^3
        Assert.Equal(
            Math.Log(40320.0 / 12 * 0.2 * 0.09 * 0.125), distribution.log_prob(tensor([0.2, 0.3, 0.5])).ToDouble(), 6);
        Assert.All(distribution.sample(6).sum(1L).data<double>().ToArray(), total => Assert.Equal(1.0, total, 6));
    }

    [Fact]
    public void Independent_LogProb_SumsTheEvent()
    {
        using var scope = NewDisposeScope();
        var single = Normal(zeros(2, 3), ones(2, 3));

        var joint = Independent(single, 1);

        Assert.Equal([2L], joint.log_prob(zeros(2, 3)).shape);
        Assert.Equal(3 * -0.9189385f, joint.log_prob(zeros(2, 3))[0].ToSingle(), 5);
    }

    [Fact]
    public void Rsample_Normal_IsDifferentiableInItsParameters()
    {
        using var scope = NewDisposeScope();
        var loc = tensor([1.0], requires_grad: true);
        var scale = tensor([2.0], requires_grad: true);

        var drawn = Normal(loc, scale).rsample(4);
        drawn.sum().backward();

        Assert.Equal(4.0, loc.grad!.item<double>());
        Assert.Equal(((drawn - 1) / 2).sum().ToDouble(), scale.grad!.item<double>(), 6);
    }

    [Fact]
    public void Expand_Normal_RepeatsItsParameters()
    {
        using var scope = NewDisposeScope();
        var wide = Normal(tensor(1.0), tensor(2.0)).expand((3, 2));

        Assert.Equal([3L, 2L], wide.mean.shape);
        Assert.Equal([5L, 3L, 2L], wide.sample(5).shape);
    }

    private static (Distribution Distribution, double From, double To) Density(string name, Generator? generator = null)
    {
        static Tensor V(double value) => tensor(value);
        return name switch
        {
            "normal" => (Normal(V(1), V(2), generator), -19, 21),
            "log normal" => (LogNormal(V(0.2), V(0.5), generator), 1e-9, 40),
            "half normal" => (HalfNormal(V(1.5), generator), 0, 15),
            "laplace" => (Laplace(V(-1), V(0.7), generator), -21, 19),
            "gumbel" => (Gumbel(V(0.5), V(1.2), generator), -8, 40),
            "uniform" => (Uniform(V(-1), V(3), generator), -1, 2.9999999999),
            "gamma" => (Gamma(V(2.5), V(1.5), generator), 1e-12, 30),
            "chi2" => (Chi2(V(5), generator), 1e-12, 80),
            "exponential" => (Exponential(V(0.8), generator), 0, 40),
            "beta" => (Beta(V(2), V(3), generator), 1e-12, 1 - 1e-12),
            "weibull" => (Weibull(V(1.3), V(1.8), generator), 1e-12, 20),
            "pareto" => (Pareto(V(1), V(6), generator), 1, 60),
            "kumaraswamy" => (Kumaraswamy(V(2), V(3), generator), 1e-12, 1 - 1e-12),
            "fisher" => (FisherSnedecor(V(6), V(30), generator), 1e-12, 60),
            "relaxed bernoulli" => (RelaxedBernoulli(V(0.9), V(0.4), null, generator), 1e-9, 1 - 1e-9),
            _ => throw new ArgumentException(name),
        };
    }

    private static (Distribution Distribution, int Most) Mass(string name, Generator generator) => name switch
    {
        "bernoulli" => (Bernoulli(tensor(0.3), null, generator), 1),
        "geometric" => (Geometric(tensor(0.25), null, generator), 400),
        "binomial" => (Binomial(tensor(12.0), tensor(0.35), null, generator), 12),
        "negative binomial" => (NegativeBinomial(tensor(4.0), tensor(0.4), null, generator), 400),
        "poisson" => (Poisson(tensor(3.5), generator), 100),
        _ => throw new ArgumentException(name),
    };
}
