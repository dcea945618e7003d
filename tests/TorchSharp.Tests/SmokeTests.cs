using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void SmallConvolutionNet_TrainedWithAdamW_LowersItsLoss()
    {
        manual_seed(1);
        using var net = new Net();
        using var optimizer = optim.AdamW(net.parameters(), lr: 1e-2, weight_decay: 1e-3);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: 30);
        using var input = randn(2, 3, 16, 16);
        using var target = input * 0.5 + 0.1;
        var losses = new List<float>();
        for (var step = 0; step < 30; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = F.l1_loss(net.call(input), target);
            loss.backward();
            nn.utils.clip_grad_norm_(net.parameters(), 1.0);
            optimizer.step();
            schedule.step();
            losses.Add(loss.item<float>());
        }

        Assert.True(losses[^1] < losses[0] / 3, $"{losses[0]} -> {losses[^1]}");
    }

    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d head = nn.Conv2d(3 * 4, 16, 3, padding: 1);
        private readonly LayerNorm norm = nn.LayerNorm([16]);
        private readonly Conv2d tail = nn.Conv2d(16, 3 * 4, 3, padding: 1);

        public Net()
            : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var x = F.pixel_unshuffle(input, 2);
            x = F.gelu(norm.call(head.call(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2));
            return input + F.pixel_shuffle(tail.call(x), 2);
        }
    }
}
