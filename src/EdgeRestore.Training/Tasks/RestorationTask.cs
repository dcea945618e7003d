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

/// <summary>Degraded patches to clean ones, with the degradation given to the network.</summary>
internal sealed class RestorationTask : TrainingTask
{
    private readonly RestorationNetwork _network;
    private readonly RestorationSampler _sampler;
    private readonly BatchQueue<RestorationBatch> _queue;
    private readonly Lazy<ValidationSet> _validation;
    private readonly ScalarType _computeType;
    private PhaseRecipe _phase;

    public RestorationTask(
        RestorationNetwork network, ParameterVector layout, Recipe recipe, PhotographSet photographs, int workers)
        : base(layout, recipe)
    {
        _network = network;
        _sampler = new RestorationSampler(photographs, recipe.Seed, recipe.GetWeights());
        _phase = recipe.Phases[0];
        _queue = new BatchQueue<RestorationBatch>(workers);
        _validation = new Lazy<ValidationSet>(() => ValidationSet.Make(photographs, recipe.Validation.CropPixels));
        _computeType = recipe.Optimizer.Precision == "float32" ? ScalarType.Float32 : ScalarType.BFloat16;
    }

    public override bool DecidesSelection(string parameter) => _network.DecidesSelection(parameter);

    public override bool IsGiven(string parameter) => _network.IsGiven(parameter);

    public override BatchLoss Forward(Tensor values, long position, double progress)
    {
        var phase = Schedule.Phase(progress);
        if (phase != _phase)
        {
            _queue.Clear();
            _phase = phase;
        }

        var (batch, waited) = _queue.Take(position, phase.Batch, start => _sampler.Make(start, phase));
        var device = values.device;
        var degraded = ToImage(batch.Degraded, batch.Count, batch.Patch, batch.Patch, device);
        var clean = ToImage(batch.Clean, batch.Count, batch.Patch, batch.Patch, device);
        var prompt = _network.TakesPrompt
            ? torch.tensor([.. batch.Degradations.Select(degradation => (long)DegradationRow.Of(degradation))]).to(device)
            : null;
        var temperature = Schedule.GateTemperature(progress);
        var reading = new TorchReading(Layout.Bind(values, _computeType), _computeType, temperature);
        var restored = _network.Restore(reading, degraded, prompt);
        var fourierWeight = RestorationLoss.FourierWeightFor(batch.Patch, batch.Patch);
        var loss = RestorationLoss.Compute(restored, clean, fourierWeight);
        if (Recipe.Selection.Balance > 0 && !Schedule.IsSelectionFrozen(progress)
            && SelectionBalance.Compute(_network, reading, temperature) is { } unevenness)
        {
            loss = loss.add(unevenness.mul(Recipe.Selection.Balance));
        }

        return new BatchLoss(loss, batch.Count, waited);
    }

    public override void Validate(Tensor average, TrainingCounters counters, RunFolder folder, TextWriter output)
    {
        var rows = RestorationValidator.Measure(_network, Layout, average, _validation.Value);
        folder.AppendValidation(counters.Step, counters.TrainedSeconds, rows);
        folder.DrawCurve();
        output.WriteLine($"validation at step {counters.Step}: PSNR in -> out (gain), SSIM in -> out");
        foreach (var row in rows)
        {
            output.WriteLine(FormattableString.Invariant(
                $"  {row.Name,-16} {row.PsnrIn,6:F2} -> {row.PsnrOut,6:F2} ({row.PsnrOut - row.PsnrIn:+0.00;-0.00}) dB  {row.SsimIn:F3} -> {row.SsimOut:F3}"));
        }

        output.WriteLine(FormattableString.Invariant(
            $"  {"mean",-16} {rows.Average(row => row.PsnrIn),6:F2} -> {rows.Average(row => row.PsnrOut),6:F2} dB"));
        output.Flush();
    }

    public override void Dispose()
    {
        if (_validation.IsValueCreated)
        {
            _validation.Value.Dispose();
        }
    }
}
