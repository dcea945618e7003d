using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Networks;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Losses;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Validation;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tasks;

/// <summary>Which degradation a frame has, Clear included.</summary>
internal sealed class ClassificationTask : TrainingTask
{
    // Enough against over-confidence on samples that are nearly clear, little enough to keep confidence useful for
    // bypass.
    private const double LabelSmoothing = 0.02;

    private const int PreparationSamples = 64;

    private readonly ClassifierNetwork _network;
    private readonly ClassifierSampler _sampler;
    private readonly PhotographSet _photographs;
    private readonly BatchQueue<ClassifierBatch> _queue;
    private readonly Lazy<ClassifierBatch> _validation;
    private readonly ScalarType _computeType;
    private TrainingReading? _reading;

    public ClassificationTask(
        ClassifierNetwork network, ParameterVector layout, Recipe recipe, PhotographSet photographs, int workers)
        : base(layout, recipe)
    {
        _network = network;
        _photographs = photographs;
        _sampler = new ClassifierSampler(network.Images, recipe.Seed, recipe.GetWeights());
        _queue = new BatchQueue<ClassifierBatch>(workers);
        _computeType = ComputeTypeOf(recipe);
        _validation = new Lazy<ClassifierBatch>(() => _sampler.MakeValidation(photographs.Validation));
    }

    public override bool IsGiven(string parameter) => _network.IsGiven(parameter);

    // Without batch norm the embeddings of all frames start out nearly parallel, and cosines learn slowly from that.
    public override void Prepare(Tensor values)
    {
        if (_network is not DpgNet)
        {
            return;
        }

        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var phase = Schedule.Phase(0);
        var batch = _sampler.Make(0, PreparationSamples, phase.Patch, _photographs.Draw);
        var reading = new StandardizingReading(Layout.Bind(values.detach(), ScalarType.Float32));
        Classify(reading, values.device, batch, 0, batch.Count);
    }

    public override BatchLoss Forward(Tensor values, long position, double progress)
    {
        var phase = Schedule.Phase(progress);
        var (batch, waited) = _queue.Take(
            position, phase.Batch, start => _sampler.Make(start, phase.Batch, phase.Patch, _photographs.Draw));
        _reading = new TrainingReading(
            Layout.Bind(values, _computeType),
            _computeType,
            new(
                Recipe.Classifier.BatchNorm == ClassifierRecipe.Running,
                Recipe.Classifier.Dropout,
                Prng.Combine(Prng.Combine((ulong)Recipe.Seed, nameof(ClassifierRecipe.Dropout)), (ulong)position)));
        var logits = Classify(_reading, values.device, batch, 0, batch.Count);
        var labels = batch.Degradations.Select(degradation => (int)degradation).ToArray();
        return new BatchLoss(ClassificationLoss.Compute(logits, labels, LabelSmoothing), batch.Count, waited);
    }

    public override void AfterStep(Tensor values)
    {
        if (_reading is not { Running.Count: > 0 })
        {
            return;
        }

        using var noGrad = torch.no_grad();
        var views = Layout.Bind(values.detach(), ScalarType.Float32);
        foreach (var (name, statistic) in _reading.Running)
        {
            views[name].copy_(statistic);
        }
    }

    public override void Validate(Tensor average, TrainingCounters counters, RunFolder folder, RunReport report)
    {
        var batch = _validation.Value;
        var logits = new List<float[]>();
        var confusion = new Confusion();
        using (torch.no_grad())
        {
            for (var index = 0; index < batch.Count; index++)
            {
                using var scope = torch.NewDisposeScope();
                var reading = new TorchReading(Layout.Bind(average, ScalarType.Float32), ScalarType.Float32);
                var row = Classify(reading, average.device, batch, index, 1).cpu().data<float>().ToArray();
                logits.Add(row);
                confusion.Add(batch.Degradations[index], (Degradation)Array.IndexOf(row, row.Max()));
            }
        }

        var labels = batch.Degradations.Select(degradation => (int)degradation).ToArray();
        var factor = TemperatureCalibration.FindFactor(logits, labels);
        var calibration = new Calibration(
            _network.Temperature / factor,
            confusion.Accuracy,
            TemperatureCalibration.NegativeLogLikelihood(logits, labels, factor));
        folder.AppendCalibration(counters.Step, counters.TrainedSeconds, calibration);
        report.Write(
            "calibration",
            new
            {
                counters.Step,
                counters.TrainedSeconds,
                confusion.Count,
                calibration,
                Confusion = confusion.ToTable(),
            },
            FormattableString.Invariant($"validation at step {counters.Step}: accuracy {confusion.Accuracy:P2} of ")
                + FormattableString.Invariant($"{confusion.Count}, temperature {calibration.Temperature:F4}, ")
                + FormattableString.Invariant($"likelihood {calibration.NegativeLogLikelihood:F4} nats\n{confusion}")
                    .TrimEnd('\n'));
    }

    public override void Dispose()
    {
    }

    private Tensor Classify(TorchReading reading, Device device, ClassifierBatch batch, int index, int count) =>
        _network.Classify(
            reading,
            [.. batch.Images.Select((image, place) => ToImage(
                batch.Of(place, index, count).ToArray(), count, image.Side, image.Side, device))]).Logits;
}

/// <summary>What makes probabilities mean what they say, and how good they then are.</summary>
/// <param name="Temperature">What cosines are divided by.</param>
/// <param name="Accuracy">Of validation.</param>
/// <param name="NegativeLogLikelihood">Of validation, in nats, at this temperature.</param>
internal sealed record Calibration(double Temperature, double Accuracy, double NegativeLogLikelihood);
