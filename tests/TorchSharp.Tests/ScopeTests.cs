using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed class ScopeTests
{
    [Fact]
    public void Scope_Closed_DisposesWhatWasMadeInsideAndNotMovedOut()
    {
        using var outer = NewDisposeScope();
        Tensor kept, dropped, detached;
        using (var inner = NewDisposeScope())
        {
            dropped = ones(2);
            kept = (dropped + 1).MoveToOuterDisposeScope();
            detached = ones(3).DetachFromDisposeScope();
            Assert.Equal(1, inner.DisposablesCount);
            Assert.True(inner.Contains(dropped));
        }

        Assert.True(dropped.IsInvalid);
        Assert.False(kept.IsInvalid);
        Assert.False(detached.IsInvalid);
        Assert.Equal(1, outer.DisposablesCount);
        outer.Dispose();
        Assert.True(kept.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void Scope_DisposeEverythingBut_KeepsOnlyThat()
    {
        using var scope = NewDisposeScope();
        var kept = scope.DisposeEverythingBut(ones(2) * 3);
        Assert.Equal(1, scope.DisposablesCount);
        Assert.Equal(6, kept.sum().item<float>());
        var (first, second) = scope.MoveToOuter(ones(1), ones(1));
        scope.Dispose();
        Assert.False(first.IsInvalid);
        Assert.False(second.IsInvalid);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void Statistics_CountEveryTensorOnce()
    {
        DisposeScopeManager.Statistics.Reset();
        var outside = ones(1);
        using (NewDisposeScope())
        {
            var first = ones(1);
            var second = ones(1);
            second.Dispose();
            Assert.Equal(2, DisposeScopeManager.Statistics.CreatedInScopeCount);
            Assert.Equal(1, DisposeScopeManager.Statistics.DisposedInScopeCount);
        }

        Assert.Equal(2, DisposeScopeManager.Statistics.DisposedInScopeCount);
        Assert.Equal(1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        outside.Dispose();
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Parameter_TakesOverItsTensor()
    {
        using var scope = NewDisposeScope();
        var data = ones(2);
        var parameter = new Modules.Parameter(data);
        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void Dispose_OfModule_DisposesItsTensors()
    {
        var linear = nn.Linear(2, 2);
        var weight = linear.weight;
        linear.Dispose();
        Assert.True(weight.IsInvalid);
    }
}
