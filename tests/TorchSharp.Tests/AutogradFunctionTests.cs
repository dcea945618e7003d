using System.Runtime.InteropServices;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TorchSharp.Tests;

public sealed class AutogradFunctionTests
{
    [Fact]
    public void Backward_SavedInputs_GivesTheFunctionsOwnGradients()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, -2.0, 3.0], requires_grad: true);
        var y = tensor([4.0, 5.0, 6.0], requires_grad: true);

        Product.apply(x, y).sum().backward();

        Assert.Equal([4.0, 5.0, 6.0], x.grad!.data<double>().ToArray());
        Assert.Equal([1.0, -2.0, 3.0], y.grad!.data<double>().ToArray());
    }

    [Fact]
    public void Backward_SavedOutput_MatchesFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var x = tensor([0.3, -0.7, 1.1], requires_grad: true);

        Exponential.apply(x).sum().backward();

        const double step = 1e-6;
        for (var i = 0; i < 3; i++)
        {
            var at = x.detach()[i].item<double>();
            var expected = (Math.Exp(at + step) - Math.Exp(at - step)) / (2 * step);
            Assert.Equal(expected, x.grad![i].item<double>(), 8);
        }
    }

    [Fact]
    public void Backward_CreateGraph_CanBeDifferentiatedAgain()
    {
        using var scope = NewDisposeScope();
        var x = tensor([2.0], requires_grad: true);

        var first = grad([Cube.apply(x).sum()], [x], create_graph: true)[0];
        var second = grad([first.sum()], [x])[0];

        Assert.Equal(12.0, first.item<double>());
        Assert.Equal(12.0, second.item<double>());
    }

    [Fact]
    public void Backward_ArgumentWithoutGradient_TakesNullInItsPlace()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2.0], requires_grad: true);

        Scale.apply(x, 3.0).sum().backward();

        Assert.Equal([3.0, 3.0], x.grad!.data<double>().ToArray());
    }

    [Fact]
    public void Backward_SeveralOutputs_ReceivesOneGradientEach()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2.0], requires_grad: true);

        var outputs = SumAndDouble.apply(x);
        (outputs[0] * 10 + outputs[1].sum()).backward();

        Assert.Equal([12.0, 12.0], x.grad!.data<double>().ToArray());
    }

    [Fact]
    public void Backward_UnusedOutput_ReceivesZeros()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2.0], requires_grad: true);

        SumAndDouble.apply(x)[1].sum().backward();

        Assert.Equal([2.0, 2.0], x.grad!.data<double>().ToArray());
    }

    [Fact]
    public void Apply_NoInputWantsAGradient_GivesAPlainTensor()
    {
        using var scope = NewDisposeScope();
        var result = Product.apply(tensor([2.0]), tensor([3.0]));

        Assert.False(result.requires_grad);
        Assert.Equal(6.0, result.item<double>());
    }

    [Fact]
    public void Apply_UnderNoGrad_GivesAPlainTensor()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();

        Assert.False(Product.apply(tensor([2.0], requires_grad: true), tensor([3.0])).requires_grad);
    }

    [Fact]
    public void Backward_OfAModule_ReachesItsParameters()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(3, 2);
        var x = ones(4, 3);

        Scale.apply(layer.call(x), 2.0).sum().backward();

        Assert.Equal([8.0f, 8.0f], layer.bias!.grad!.data<float>().ToArray());
        Assert.All(layer.weight!.grad!.data<float>().ToArray(), value => Assert.Equal(8.0f, value));
    }

    [Fact]
    public void Backward_Throws_TheCallerSeesIt()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0], requires_grad: true);
        var loss = Failing.apply(x).sum();

        Assert.ThrowsAny<ExternalException>(() => loss.backward());
    }

    [Fact]
    public void Backward_Twice_NeedsTheGraphRetained()
    {
        using var scope = NewDisposeScope();
        var x = tensor([2.0], requires_grad: true);
        var loss = Cube.apply(x).sum();

        loss.backward(retain_graph: true);
        loss.backward();

        Assert.Equal(24.0, x.grad!.item<double>());
        Assert.ThrowsAny<ExternalException>(() => loss.backward());
    }

    [Fact]
    public void Jacobian_OneInputOneOutput_IsTheDerivative()
    {
        using var scope = NewDisposeScope();
        var weights = tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).reshape(2, 3);

        var found = functional.jacobian((Tensor x) => weights.mv(x), tensor([7.0, 8.0, 9.0]));

        Assert.Equal([2L, 3L], found.shape);
        Assert.Equal([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], found.data<double>().ToArray());
    }

    [Fact]
    public void Jacobian_SeveralOfBoth_IsOrderedByOutputThenInput()
    {
        using var scope = NewDisposeScope();
        var a = tensor([2.0], requires_grad: true);
        var b = tensor([3.0], requires_grad: true);

        var found = functional
            .jacobian((Tensor[] x) => new[] { x[0] * x[1], x[0] * x[0] }, a, b)
            .Select(tensor => tensor.item<double>());

        Assert.Equal([3.0, 2.0, 4.0, 0.0], found);
    }

    private sealed class Product : SingleTensorFunction<Product>
    {
        public override string Name => nameof(Product);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var (left, right) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([left, right]);
            return left * right;
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            return [grad_output * saved[1], grad_output * saved[0]];
        }
    }

    private sealed class Exponential : SingleTensorFunction<Exponential>
    {
        public override string Name => nameof(Exponential);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var result = ((Tensor)vars[0]).exp();
            ctx.save_for_backward([result]);
            return result;
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) =>
            [grad_output * ctx.get_saved_variables()[0]];
    }

    private sealed class Cube : SingleTensorFunction<Cube>
    {
        public override string Name => nameof(Cube);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[0]]);
            return ((Tensor)vars[0]).pow(3);
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) =>
            [grad_output * 3 * ctx.get_saved_variables()[0].pow(2)];
    }

    private sealed class Scale : SingleTensorFunction<Scale>
    {
        public override string Name => nameof(Scale);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("factor", vars[1]);
            return (Tensor)vars[0] * (double)vars[1];
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) =>
            [grad_output * (double)ctx.get_data("factor"), null!];
    }

    private sealed class SumAndDouble : MultiTensorFunction<SumAndDouble>
    {
        public override string Name => nameof(SumAndDouble);

        public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
        {
            var input = (Tensor)vars[0];
            ctx.save_for_backward([input]);
            return [input.sum(), input * 2];
        }

        public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs) =>
            [grad_outputs[0].expand(ctx.get_saved_variables()[0].shape) + grad_outputs[1] * 2];
    }

    private sealed class Failing : SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).clone();

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) =>
            throw new InvalidOperationException("No gradient here.");
    }
}
