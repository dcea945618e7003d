using System.Globalization;
using System.Text;
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
    private readonly Teacher? _teacher;
    private readonly SemanticEncoder? _encoder;
    private PhaseRecipe _phase;

    public RestorationTask(
        RestorationNetwork network,
        ParameterVector layout,
        Recipe recipe,
        TrainingSources sources,
        TaskResources resources)
        : base(layout, recipe)
    {
        _network = network;
        _encoder = recipe.Semantic is { } semantic ? SemanticEncoder.Load(semantic, network.Prompt!) : null;
        _sampler = new RestorationSampler(sources, recipe, _encoder);
        _phase = recipe.Phases[0];
        _queue = new BatchQueue<RestorationBatch>(resources.Workers);
        _validation = new Lazy<ValidationSet>(() => ValidationSet.Make(
            sources.Photographs, recipe.Validation.CropPixels, pairs: sources.Pairs));
        _computeType = ComputeTypeOf(recipe);
        _teacher = recipe.Distillation is { } distillation ? Teacher.Load(distillation, resources.Device) : null;
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
        var prompt = batch.Tokens is { } tokens
            ? ToTokens(tokens, _network.Prompt!.Shape[^1].Size!.Value, device)
            : torch.tensor(
                [.. batch.Degradations.Select(degradation => (long)DegradationRow.Of(degradation))]).to(device);
        var temperature = Schedule.GateTemperature(progress);
        var parameters = Layout.Bind(values, _computeType);
        var reading = _teacher?.ReadStudent(parameters, _computeType, temperature)
            ?? new TorchReading(parameters, _computeType, temperature);
        var restored = _network.Restore(reading, degraded, _network.TakesPrompt ? prompt : null);
        var loss = RestorationLoss.Compute(restored, clean, Recipe.Loss);
        if (_teacher is not null)
        {
            loss = loss.add(_teacher.Compute(reading, restored, degraded, prompt, _computeType));
        }

        if (Recipe.Selection.Balance > 0 && !Schedule.IsSelectionFrozen(progress)
            && SelectionBalance.Compute(_network, reading, temperature) is { } unevenness)
        {
            loss = loss.add(unevenness.mul(Recipe.Selection.Balance));
        }

        return new BatchLoss(loss, batch.Count, waited);
    }

    public override void Validate(Tensor average, TrainingCounters counters, RunFolder folder, RunReport report)
    {
        var rows = RestorationValidator.Measure(
            new(_network, Layout, average, _encoder), _validation.Value);
        folder.AppendValidation(counters.Step, counters.TrainedSeconds, rows);
        folder.DrawCurves();
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture, $"validation at step {counters.Step}: PSNR in -> out (gain), SSIM in -> out");
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {row.Name,-16} {row.PsnrIn,6:F2} -> {row.PsnrOut,6:F2} ")
                .Append(CultureInfo.InvariantCulture, $"({row.PsnrOut - row.PsnrIn:+0.00;-0.00}) dB  ")
                .Append(CultureInfo.InvariantCulture, $"{row.SsimIn:F3} -> {row.SsimOut:F3}");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n  {"mean",-16} {rows.Average(row => row.PsnrIn),6:F2} -> ")
            .Append(CultureInfo.InvariantCulture, $"{rows.Average(row => row.PsnrOut),6:F2} dB");
        report.Write("validation", new { counters.Step, counters.TrainedSeconds, rows }, text.ToString());
    }

    public override void Dispose()
    {
        if (_validation.IsValueCreated)
        {
            _validation.Value.Dispose();
        }

        _teacher?.Dispose();
        _encoder?.Dispose();
    }
}
