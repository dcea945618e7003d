using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

/// <summary>A program as the package's documentation would have one write it: train, evaluate, save, load.</summary>
public sealed class SampleProgramTests
{
    [Fact]
    public void SmallClassifier_TrainedSavedAndLoaded_KnowsItsClasses()
    {
        var path = Path.Combine(Path.GetTempPath(), $"torchsharp-sample-{Guid.NewGuid():n}.model.bin");
        try
        {
            random.manual_seed(1);
            var device = cuda.is_available() ? CUDA : CPU;
            using var model = new Model("model", device);
            using var optimizer = optim.Adam(model.parameters(), lr: 0.01);
            var scheduler = optim.lr_scheduler.StepLR(optimizer, 20, 0.7);
            using var lossFunction = NLLLoss();
            model.train();
            for (var epoch = 0; epoch < 40; epoch++)
            {
                using var d = NewDisposeScope();
                var (data, target) = Batch(64, device);
                optimizer.zero_grad();
                var prediction = model.call(data);
                var output = lossFunction.call(prediction, target);
                output.backward();
                optimizer.step();
                scheduler.step();
            }

            model.save(path);
            using var loaded = new Model("loaded", device);
            loaded.load(path);
            loaded.eval();
            using (no_grad())
            using (NewDisposeScope())
            {
                var (data, target) = Batch(200, device);
                var prediction = loaded.call(data).argmax(1);
                var accuracy = prediction.eq(target).sum().ToInt32() / 200.0;
                Assert.True(accuracy > 0.9, $"Accuracy {accuracy}.");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void SequentialRegression_WithNamedLayers_LearnsALine()
    {
        manual_seed(2);
        var lin1 = Linear(1, 16);
        var lin2 = Linear(16, 1);
        using var seq = Sequential(("lin1", lin1), ("relu1", ReLU()), ("drop1", Dropout(0.0)), ("lin2", lin2));
        using var x = linspace(-1, 1, 64).unsqueeze(1);
        using var y = 2 * x + 1;
        using var optimizer = optim.SGD(seq.parameters(), 0.1, momentum: 0.9);
        var mse = MSELoss(Reduction.Mean);
        for (var i = 0; i < 200; i++)
        {
            using var scope = NewDisposeScope();
            using var eval = seq.forward(x);
            using var output = mse.forward(eval, y);
            optimizer.zero_grad();
            output.backward();
            optimizer.step();
        }

        Assert.True(mse.forward(seq.forward(x), y).item<float>() < 0.01f);
        Assert.Equal("lin2.bias", seq.named_parameters().Last().name);
    }

    // Class 0: bright left half; class 1: bright top half; class 2: neither.
    private static (Tensor, Tensor) Batch(int size, Device device)
    {
        var labels = randint(0, 3, size, device: device);
        var images = rand(size, 1, 8, 8, device: device) * 0.5f;
        for (var i = 0; i < size; i++)
        {
            switch (labels[i].item<long>())
            {
                case 0:
                    images[i, .., .., ..4] += 0.5f;
                    break;
                case 1:
                    images[TensorIndex.Single(i), TensorIndex.Ellipsis, TensorIndex.Slice(0, 4),
                        TensorIndex.Colon].add_(0.5f);
                    break;
            }
        }

        return (images, labels);
    }

    private sealed class Model : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 8, 3);
        private readonly Module<Tensor, Tensor> conv2 = Conv2d(8, 8, 3);
        private readonly Module<Tensor, Tensor> pool1 = MaxPool2d(kernel_size: [2, 2]);
        private readonly Module<Tensor, Tensor> flatten = Flatten();
        private readonly Module<Tensor, Tensor> fc1 = Linear(32, 16);
        private readonly Module<Tensor, Tensor> fc2 = Linear(16, 3);

        public Model(string name, Device device)
            : base(name)
        {
            RegisterComponents();
            this.to(device);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = relu(conv1.call(input));
            x = relu(conv2.call(x));
            x = flatten.call(pool1.call(x));
            x = dropout(relu(fc1.call(x)), 0.1, training);
            return log_softmax(fc2.call(x), dim: 1).MoveToOuterDisposeScope();
        }
    }
}
