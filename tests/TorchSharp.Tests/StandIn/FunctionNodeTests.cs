using System.Runtime.InteropServices;
using TorchSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TorchSharp.Tests.StandIn;

/// <summary>What the managed half of an autograd function holds, and gives back.</summary>
public sealed class FunctionNodeTests
{
    [Fact]
    public void Nodes_GraphsDropped_HoldNothing()
    {
        var before = FunctionNodes.Count;
        for (var i = 0; i < 2_000; i++)
        {
            using var scope = NewDisposeScope();
            var x = ones(8, requires_grad: true);
            Doubled.apply(Doubled.apply(x)).sum().backward();
        }

        Assert.Equal(before, FunctionNodes.Count);
    }

    [Fact]
    public void Nodes_LongChainOfFunctionsAlone_GoesDownWithoutRecursion()
    {
        var before = FunctionNodes.Count;
        using (NewDisposeScope())
        {
            var x = ones(1, requires_grad: true);
            for (var i = 0; i < 20_000; i++)
            {
                using var last = x;
                x = Doubled.apply(x);
            }
        }

        Assert.Equal(before, FunctionNodes.Count);
    }

    [Fact]
    public void Backward_Throws_ExceptionIsTheInnerOne()
    {
        using var scope = NewDisposeScope();
        var loss = Doubled.apply(ones(1, requires_grad: true), "fail").sum();

        var thrown = Assert.Throws<ExternalException>(() => loss.backward());

        Assert.Contains("Doubled.backward threw", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("Asked to fail.", Assert.IsType<InvalidOperationException>(thrown.InnerException).Message);
    }

    [Fact]
    public void Backward_GradientWhereNoTensorWent_SaysWhere()
    {
        using var scope = NewDisposeScope();
        var loss = Doubled.apply("first", ones(1, requires_grad: true)).sum();

        var thrown = Assert.Throws<ExternalException>(() => loss.backward());

        Assert.Contains("position 0", thrown.InnerException!.Message, StringComparison.Ordinal);
    }

    private sealed class Doubled : SingleTensorFunction<Doubled>
    {
        public override string Name => nameof(Doubled);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("arguments", vars.Length);
            ctx.save_data("mode", vars.OfType<string>().FirstOrDefault() ?? "");
            return vars.OfType<Tensor>().Single() * 2;
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            if ((string)ctx.get_data("mode") == "fail")
            {
                throw new InvalidOperationException("Asked to fail.");
            }

            return (int)ctx.get_data("arguments") == 1 ? [grad_output * 2] : [grad_output * 2, null!];
        }
    }
}
