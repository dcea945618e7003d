using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.StandIn;

/// <summary>
/// Each optimizer against its algorithm written out for one number, in double. Here because the package departs from
/// three of them (README of the stand-in).
/// </summary>
public sealed class OptimizerFormulaTests
{
    // float64 throughout: what is left is the order of operations.
    private const double Tolerance = 1e-10;
    private const int Steps = 8;

    // For each: the optimizer, and a function that makes a fresh scalar algorithm (weight, gradient, step) -> weight.
    private static readonly
        Dictionary<string, (Func<Parameter[], optim.Optimizer> Make, Func<Algorithm> Algorithm)> Cases = new()
        {
            ["adagrad"] = (
                parameters => optim.Adagrad(parameters, 0.1, lr_decay: 0.05, weight_decay: 0.02,
                    initial_accumulator_value: 0.3),
                () =>
                {
                    var sum = 0.3;
                    return (weight, gradient, step) =>
                    {
                        gradient += 0.02 * weight;
                        sum += gradient * gradient;
                        return weight - (0.1 / (1 + ((step - 1) * 0.05)) * gradient / (Math.Sqrt(sum) + 1e-10));
                    };
                }
            ),
            ["adadelta"] = (
                parameters => optim.Adadelta(parameters, 0.7, rho: 0.8, eps: 1e-3),
                () =>
                {
                    double squares = 0, deltas = 0;
                    return (weight, gradient, _) =>
                    {
                        squares = (0.8 * squares) + (0.2 * gradient * gradient);
                        var delta = Math.Sqrt(deltas + 1e-3) / Math.Sqrt(squares + 1e-3) * gradient;
                        deltas = (0.8 * deltas) + (0.2 * delta * delta);
                        return weight - (0.7 * delta);
                    };
                }
            ),
            ["adamax"] = (
                parameters => optim.Adamax(parameters, 0.1, 0.8, 0.9, weight_decay: 0.01),
                () =>
                {
                    double average = 0, largest = 0;
                    return (weight, gradient, step) =>
                    {
                        gradient += 0.01 * weight;
                        average = (0.8 * average) + (0.2 * gradient);
                        largest = Math.Max(0.9 * largest, Math.Abs(gradient) + 1e-8);
                        return weight - (0.1 / (1 - Math.Pow(0.8, step)) * average / largest);
                    };
                }
            ),
            ["nadam"] = (
                parameters => optim.NAdam(parameters, 0.1, 0.8, 0.9, momentum_decay: 0.1),
                () =>
                {
                    double first = 0, second = 0, product = 1;
                    static double Momentum(int step) => 0.8 * (1 - (0.5 * Math.Pow(0.96, step * 0.1)));
                    return (weight, gradient, step) =>
                    {
                        first = (0.8 * first) + (0.2 * gradient);
                        second = (0.9 * second) + (0.1 * gradient * gradient);
                        product *= Momentum(step);
                        var next = Momentum(step + 1);
                        var ahead = (next * first / (1 - (product * next)))
                            + ((1 - Momentum(step)) * gradient / (1 - product));
                        return weight - (0.1 * ahead / (Math.Sqrt(second / (1 - Math.Pow(0.9, step))) + 1e-8));
                    };
                }
            ),
            ["radam"] = (
                parameters => optim.RAdam(parameters, 0.1, 0.8, 0.9),
                () =>
                {
                    double first = 0, second = 0;
                    return (weight, gradient, step) =>
                    {
                        first = (0.8 * first) + (0.2 * gradient);
                        second = (0.9 * second) + (0.1 * gradient * gradient);
                        const double longest = (2 / (1 - 0.9)) - 1;
                        var power = Math.Pow(0.9, step);
                        var length = longest - (2 * step * power / (1 - power));
                        var corrected = first / (1 - Math.Pow(0.8, step));
                        if (length <= 5)
                        {
                            return weight - (0.1 * corrected);
                        }

                        var rectified = Math.Sqrt(
                            (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
                        return weight - (
                            0.1 * corrected * rectified * Math.Sqrt(1 - power) / (Math.Sqrt(second) + 1e-8));
                    };
                }
            ),
            ["asgd"] = (
                parameters => optim.ASGD(parameters, 0.1, lambd: 0.01, weight_decay: 0.03),
                () =>
                {
                    var rate = 0.1;
                    return (weight, gradient, step) =>
                    {
                        gradient += 0.03 * weight;
                        weight = (weight * (1 - (0.01 * rate))) - (rate * gradient);
                        rate = 0.1 / Math.Pow(1 + (0.01 * 0.1 * step), 0.75);
                        return weight;
                    };
                }
            ),
            ["rprop"] = (
                parameters => optim.Rprop(parameters, 0.3),
                () =>
                {
                    double previous = 0, size = 0.3;
                    return (weight, gradient, _) =>
                    {
                        var agreement = Math.Sign(gradient * previous);
                        size = Math.Clamp(size * (agreement > 0 ? 1.2 : agreement < 0 ? 0.5 : 1), 1e-6, 50);
                        previous = agreement < 0 ? 0 : gradient;
                        return weight - (Math.Sign(previous) * size);
                    };
                }
            ),
            ["adam"] = (
                parameters => optim.Adam(parameters, 0.1, 0.8, 0.9, weight_decay: 0.05, amsgrad: true),
                () =>
                {
                    double first = 0, second = 0, largest = 0;
                    return (weight, gradient, step) =>
                    {
                        gradient += 0.05 * weight;
                        first = (0.8 * first) + (0.2 * gradient);
                        second = (0.9 * second) + (0.1 * gradient * gradient);
                        largest = Math.Max(largest, second);
                        return weight - (0.1 * first / (1 - Math.Pow(0.8, step))
                            / (Math.Sqrt(largest / (1 - Math.Pow(0.9, step))) + 1e-8));
                    };
                }
            ),
            ["sgd"] = (
                parameters => optim.SGD(parameters, 0.1, momentum: 0.6, weight_decay: 0.05, nesterov: true),
                () =>
                {
                    double? buffer = null;
                    return (weight, gradient, _) =>
                    {
                        gradient += 0.05 * weight;
                        buffer = buffer is { } before ? (0.6 * before) + gradient : gradient;
                        return weight - (0.1 * (gradient + (0.6 * buffer.Value)));
                    };
                }
            ),
        };

    private delegate double Algorithm(double weight, double gradient, int step);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_Repeated_FollowsTheAlgorithm(string name)
    {
        using var weight = new Parameter(tensor(new[] { 1.0, -2.0 }));
        using var optimizer = Cases[name].Make([weight]);
        var expected = new[] { 1.0, -2.0 };
        Algorithm[] algorithms = [Cases[name].Algorithm(), Cases[name].Algorithm()];
        for (var step = 1; step <= Steps; step++)
        {
            Descend(weight, optimizer);
            for (var i = 0; i < 2; i++)
            {
                // Of weight^4 / 4 - weight: not linear, so that every average matters.
                var gradient = Math.Pow(expected[i], 3) - 1;
                expected[i] = algorithms[i](expected[i], gradient, step);
            }
        }

        ValueTests.Equal(expected, weight, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void State_ThroughAFile_ContinuesExactly(string name)
    {
        using var straight = new Parameter(tensor(new[] { 1.0, -2.0 }));
        using var resumed = new Parameter(tensor(new[] { 5.0, 5.0 }));
        using var first = Cases[name].Make([straight]);
        using var second = Cases[name].Make([resumed]);
        for (var step = 0; step < 3; step++)
        {
            Descend(straight, first);
        }

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        using var reader = new BinaryReader(stream);
        ((OptimizerHelper)first).save_state_dict(writer);
        writer.Flush();
        stream.Position = 0;
        ((OptimizerHelper)second).load_state_dict(reader);
        using (no_grad())
        {
            resumed.copy_(straight);
        }

        Assert.True(((OptimizerHelper)first).state_dict().State[0].ApproximatelyEquals(
            ((OptimizerHelper)second).state_dict().State[0]));
        for (var step = 0; step < 3; step++)
        {
            Descend(straight, first);
            Descend(resumed, second);
        }

        Assert.Equal(straight.data<double>().ToArray(), resumed.data<double>().ToArray());
        Assert.False(((OptimizerHelper)first).state_dict().State[0].ApproximatelyEquals(
            ((OptimizerHelper)Cases[name].Make([resumed])).state_dict().State[0]));
    }

    [Fact]
    public void Lbfgs_OnAQuadratic_ReachesItsMinimumInFewEvaluations()
    {
        using var matrix = tensor(new double[,] { { 4, 1, 0 }, { 1, 3, 1 }, { 0, 1, 9 } });
        using var target = tensor(new[] { 1.0, -2, 3 });
        using var weight = new Parameter(zeros(3, float64));
        using var optimizer = optim.LBFGS([weight], lr: 1, max_iter: 40);
        var evaluations = 0;
        optimizer.step(
            () =>
            {
                evaluations++;
                optimizer.zero_grad();
                var loss = (0.5 * weight.dot(matrix.mv(weight))) - target.dot(weight);
                loss.backward();
                return loss;
            });
        using var expected = linalg.solve(matrix, target);
        ValueTests.Equal(expected.data<double>().ToArray(), weight, 1e-4);
        Assert.InRange(evaluations, 2, 30);
    }

    [Fact]
    public void CyclicLR_Triangular2_HalvesEachCycleAndMovesMomentumAgainstIt()
    {
        using var weight = new Parameter(zeros(1));
        using var optimizer = optim.SGD([weight], 0.5, momentum: 0.9);
        var schedule = optim.lr_scheduler.CyclicLR(
            optimizer, 0.1, 0.5, step_size_up: 2, mode: optim.lr_scheduler.impl.CyclicLR.Mode.Triangular2);
        var rates = new List<double>();
        for (var step = 0; step < 9; step++)
        {
            rates.Add(optimizer.ParamGroups.Single().LearningRate);
            schedule.step();
        }

        double[] expected = [0.1, 0.3, 0.5, 0.3, 0.1, 0.2, 0.3, 0.2, 0.1];
        Assert.All(expected.Zip(rates), pair => Assert.Equal(pair.First, pair.Second, 12));
        Assert.Equal(0.8875, ((optim.IMomentum)optimizer.ParamGroups.Single()).Momentum, 12);
    }

    private static void Descend(Parameter weight, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        ((weight.pow(4) / 4) - weight).sum().backward();
        optimizer.step();
    }
}
