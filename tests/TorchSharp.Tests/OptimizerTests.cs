using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed class OptimizerTests
{
    // Results of float32 updates against the same formulas in double.
    private const double Tolerance = 1e-6;

    [Fact]
    public void AdamW_ThreeSteps_FollowsItsAlgorithm()
    {
        using var weight = new Parameter(tensor(new[] { 1f, -2f }));
        using var optimizer = optim.AdamW([weight], lr: 0.1, beta1: 0.9, beta2: 0.99, weight_decay: 0.01);
        double[] expected = [1, -2], first = [0, 0], second = [0, 0];
        for (var step = 1; step <= 3; step++)
        {
            optimizer.zero_grad();
            (weight * weight).sum().backward();
            optimizer.step();
            for (var i = 0; i < 2; i++)
            {
                var gradient = 2 * expected[i];
                expected[i] *= 1 - (0.1 * 0.01);
                first[i] = (0.9 * first[i]) + (0.1 * gradient);
                second[i] = (0.99 * second[i]) + (0.01 * gradient * gradient);
                expected[i] -= 0.1 * (first[i] / (1 - Math.Pow(0.9, step)))
                    / (Math.Sqrt(second[i] / (1 - Math.Pow(0.99, step))) + 1e-8);
            }
        }

        ValueTests.Equal(expected, weight, Tolerance);
    }

    [Fact]
    public void Sgd_WithMomentumAndDecay_FollowsItsFormula()
    {
        using var weight = new Parameter(tensor(new[] { 1f }));
        using var optimizer = optim.SGD([weight], 0.1, momentum: 0.9, weight_decay: 0.5);
        double expected = 1, buffer = 0;
        for (var step = 0; step < 3; step++)
        {
            optimizer.zero_grad();
            (weight * 3).sum().backward();
            optimizer.step();
            buffer = step == 0 ? 3 + (0.5 * expected) : (0.9 * buffer) + 3 + (0.5 * expected);
            expected -= 0.1 * buffer;
        }

        ValueTests.Equal([expected], weight, Tolerance);
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("amsgrad")]
    [InlineData("rmsprop")]
    [InlineData("sgd")]
    [InlineData("adagrad")]
    [InlineData("adadelta")]
    [InlineData("adamax")]
    [InlineData("nadam")]
    [InlineData("radam")]
    [InlineData("asgd")]
    [InlineData("rprop")]
    public void Step_OnAParabola_ReachesItsMinimum(string name)
    {
        using var weight = new Parameter(tensor(new[] { 3f, -4f }));
        using optim.Optimizer optimizer = name switch
        {
            "adam" => optim.Adam([weight], 0.1),
            "adamw" => optim.AdamW([weight], 0.1),
            "amsgrad" => optim.AdamW([weight], 0.1, amsgrad: true),
            "rmsprop" => optim.RMSProp([weight], 0.02, momentum: 0.5),
            "adagrad" => optim.Adagrad([weight], 1),
            "adadelta" => optim.Adadelta([weight], 20),
            "adamax" => optim.Adamax([weight], 0.1),
            "nadam" => optim.NAdam([weight], 0.1),
            "radam" => optim.RAdam([weight], 0.1),
            "asgd" => optim.ASGD([weight], 0.05),
            "rprop" => optim.Rprop([weight], 0.1),
            _ => optim.SGD([weight], 0.05, momentum: 0.8, nesterov: true),
        };
        for (var step = 0; step < 400; step++)
        {
            optimizer.zero_grad();
            (weight - 1).square().sum().backward();
            optimizer.step();
        }

        Assert.InRange((weight - 1).abs().max().item<float>(), 0, 0.05);
    }

    [Fact]
    public void State_SavedAndLoaded_ContinuesExactly()
    {
        var path = Path.Combine(Path.GetTempPath(), $"torchsharp-optimizer-{Guid.NewGuid():n}.dat");
        try
        {
            using var straight = new Parameter(tensor(new[] { 3f, -4f }));
            using var resumed = new Parameter(tensor(new[] { 0f, 0f }));
            using var first = optim.AdamW([straight], 0.1);
            Run(straight, first, 5);
            first.save_state_dict(path);
            using (no_grad())
            {
                resumed.copy_(straight);
            }

            using var second = optim.AdamW([resumed], 0.3);
            second.load_state_dict(path);
            Run(straight, first, 5);
            Run(resumed, second, 5);
            Assert.True(straight.Equals(resumed));
            Assert.Equal(0.1, second.ParamGroups.Single().LearningRate);
            using var other = optim.Adam([resumed]);
            var wrong = Assert.Throws<InvalidDataException>(() => other.load_state_dict(path));
            Assert.Contains("expected 'Adam', but found 'AdamW'", wrong.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ParamGroups_EachWithItsOptions_AreUpdatedByThem()
    {
        using var still = new Parameter(ones(1));
        using var moving = new Parameter(ones(1));
        using var optimizer = optim.AdamW(
        [
            new AdamW.ParamGroup([still], lr: 0), new AdamW.ParamGroup { Parameters = [moving] },
        ], lr: 0.5);
        (still + moving).sum().backward();
        optimizer.step();
        Assert.Equal(1, still.item<float>());
        Assert.Equal(0.5, moving.item<float>(), Tolerance);
        Assert.Equal([0, 0.5], optimizer.ParamGroups.Select(group => group.LearningRate));
    }

    [Fact]
    public void ZeroGrad_AfterBackward_LeavesZeros()
    {
        using var weight = new Parameter(ones(1));
        using var optimizer = optim.SGD([weight], 0.1);
        weight.sum().backward();
        optimizer.zero_grad();
        Assert.Equal(0, weight.grad!.item<float>());
        optimizer.step();
        Assert.Equal(1, weight.item<float>());
    }

    [Fact]
    public void ClipGradNorm_LongGradient_IsScaledToTheNorm()
    {
        using var a = new Parameter(ones(1));
        using var b = new Parameter(ones(1));
        using var unused = new Parameter(ones(1));
        (a * 3 + b * 4).sum().backward();
        Assert.Equal(5, nn.utils.clip_grad_norm_([a, b, unused], 1), Tolerance);
        Assert.Equal(0.6f, a.grad!.item<float>(), 1e-5);
        Assert.Equal(0.8f, b.grad!.item<float>(), 1e-5);
        Assert.Equal(1, nn.utils.clip_grad_norm_([a, b], 10), 1e-5);
        Assert.Equal(0.6f, a.grad!.item<float>(), 1e-5);
        nn.utils.clip_grad_value_([a, b], 0.7);
        Assert.Equal(0.7f, b.grad!.item<float>(), 1e-5);
    }

    // PyTorch's own values, by its closed forms (torch/optim/lr_scheduler.py).
    public static TheoryData<string, double[]> Schedules => new()
    {
        { "step", [1, 1, 0.5, 0.5, 0.25] },
        { "multistep", [1, 0.1, 0.1, 0.01, 0.01] },
        { "exponential", [1, 0.9, 0.81, 0.729, 0.6561] },
        { "cosine", [1, 0.8681980515, 0.55, 0.2318019485, 0.1] },
        { "linear", [0.25, 0.625, 1, 1, 1] },
        { "constant", [0.5, 0.5, 1, 1, 1] },
        { "polynomial", [1, 0.5625, 0.25, 0.0625, 0] },
        { "lambda", [1, 0.5, 1.0 / 3, 0.25, 0.2] },
        { "multiplicative", [1, 0.5, 0.25, 0.125, 0.0625] },
        { "sequential", [0.5, 0.5, 1, 0.9, 0.81] },
        { "onecycle", [0.4, 1.2, 2, 1.002, 0.004] },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Schedule_OverFiveEpochs_GivesItsRates(string name, double[] expected)
    {
        using var weight = new Parameter(ones(1));
        using var optimizer = optim.SGD([weight], 1);
        var schedule = name switch
        {
            "step" => optim.lr_scheduler.StepLR(optimizer, 2, 0.5),
            "multistep" => optim.lr_scheduler.MultiStepLR(optimizer, [1, 3]),
            "exponential" => optim.lr_scheduler.ExponentialLR(optimizer, 0.9),
            "cosine" => optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: 4, eta_min: 0.1),
            "linear" => optim.lr_scheduler.LinearLR(optimizer, start_factor: 0.25, total_iters: 2),
            "constant" => optim.lr_scheduler.ConstantLR(optimizer, 0.5, 2),
            "polynomial" => optim.lr_scheduler.PolynomialLR(optimizer, 4, 2),
            "lambda" => optim.lr_scheduler.LambdaLR(optimizer, epoch => 1.0 / (epoch + 1)),
            "multiplicative" => optim.lr_scheduler.MultiplicativeLR(optimizer, _ => 0.5),
            "sequential" => optim.lr_scheduler.SequentialLR(
                optimizer,
                [optim.lr_scheduler.ConstantLR(optimizer, 0.5, 10), optim.lr_scheduler.ExponentialLR(optimizer, 0.9)],
                    [2]),
            _ => optim.lr_scheduler.OneCycleLR(
                optimizer, 2, total_steps: 5, pct_start: 0.6, div_factor: 5, final_div_factor: 100,
                anneal_strategy: optim.lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear),
        };
        var rates = new List<double>();
        for (var epoch = 0; epoch < 5; epoch++)
        {
            rates.Add(optimizer.ParamGroups.Single().LearningRate);
            optimizer.step();
            schedule.step();
        }

        Assert.Equal(expected, rates, (left, right) => Math.Abs(left - right) < 1e-9);
        Assert.Equal(optimizer.ParamGroups.Single().LearningRate, schedule.get_last_lr().Single());
    }

    [Fact]
    public void ReduceOnPlateau_WithoutProgress_LowersTheRate()
    {
        using var weight = new Parameter(ones(1));
        using var optimizer = optim.SGD([weight], 1);
        var schedule = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience: 1);
        foreach (var loss in new[] { 1.0, 0.5, 0.5, 0.5 })
        {
            schedule.step(loss);
        }

        Assert.Equal(0.1, optimizer.ParamGroups.Single().LearningRate, 1e-12);
    }

    private static void Run(Parameter weight, optim.Optimizer optimizer, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            optimizer.zero_grad();
            (weight - 1).square().sum().backward();
            optimizer.step();
        }
    }
}
