using EdgeRestore.Networks;
using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EdgeRestore.Training.Losses;

/// <summary>A trained network whose results, or the places that it attends to, another is trained towards.</summary>
internal sealed class Teacher : IDisposable
{
    private readonly RestorationNetwork _network;
    private readonly ParameterVector _layout;
    private readonly DistillationRecipe _recipe;
    private readonly Tensor _values;

    private Teacher(RestorationNetwork network, ParameterVector layout, Tensor values, DistillationRecipe recipe)
    {
        _network = network;
        _layout = layout;
        _recipe = recipe;
        _values = values;
    }

    /// <exception cref="EdgeRestoreException">
    /// The file is no checkpoint, or its network takes what samples do not have.
    /// </exception>
    public static Teacher Load(DistillationRecipe recipe, Device device)
    {
        var (network, weights) = Checkpoint.LoadNetwork(recipe.Teacher);
        if (network.Prompt is { } prompt && prompt != PromptDefinition.Degradation)
        {
            throw new EdgeRestoreException(
                $"The teacher '{recipe.Teacher}' ({network.Preset}) takes {prompt.Meaning}, which training samples do "
                + "not have. Name one that takes the image alone or a degradation.");
        }

        var layout = ParameterVector.Of(weights);
        return new Teacher(network, layout, torch.tensor(layout.Pack(weights)).to(device), recipe);
    }

    /// <summary>The network to teach, read so that what the loss needs of it is kept.</summary>
    public TorchReading ReadStudent(
        IReadOnlyDictionary<string, Tensor> parameters, ScalarType computeType, double gateTemperature) =>
        _recipe.Features > 0
            ? new TappedReading(parameters, computeType, _recipe.StudentLayer, gateTemperature)
            : new TorchReading(parameters, computeType, gateTemperature);

    /// <summary>How far the student is from the teacher on the same patches.</summary>
    /// <param name="student">As <see cref="ReadStudent"/> gave it, after the network was read.</param>
    /// <param name="restored">The student's result, (N, 3, H, W).</param>
    /// <param name="degraded">What both saw.</param>
    /// <param name="prompt">Rows of degradations, (N).</param>
    /// <param name="computeType">float32 or bfloat16.</param>
    public Tensor Compute(
        TorchReading student, Tensor restored, Tensor degraded, Tensor prompt, ScalarType computeType)
    {
        var reading = new TappedReading(_layout.Bind(_values, computeType), computeType, _recipe.TeacherLayer);
        Tensor taught;
        using (torch.no_grad())
        {
            taught = _network.Restore(reading, degraded, _network.TakesPrompt ? prompt : null);
        }

        var loss = RestorationLoss.L1(restored, taught).mul(_recipe.Output);
        if (_recipe.Features > 0)
        {
            var distance = AttentionDistance(
                Required(((TappedReading)student).Features, _recipe.StudentLayer, "student"),
                Required(reading.Features, _recipe.TeacherLayer, "teacher"));
            loss = loss.add(distance.mul(_recipe.Features));
        }

        return loss;
    }

    public void Dispose() => _values.Dispose();

    /// <summary>
    /// Distance of activation maps, whatever the numbers of channels: Zagoruyko and Komodakis, "Paying more attention
    /// to attention" (arXiv 1612.03928), eq. 2, with the mean of squares over channels as the map.
    /// </summary>
    internal static Tensor AttentionDistance(Tensor student, Tensor teacher)
    {
        long[] grid =
        [
            Math.Min(student.shape[2], teacher.shape[2]),
            Math.Min(student.shape[3], teacher.shape[3]),
        ];
        return Map(student).sub(Map(teacher)).square().sum([1]).clamp_min(1e-12).sqrt().mean();

        // (N, C, H, W) -> (N, h w) of length 1
        Tensor Map(Tensor features)
        {
            var energy = features.to(ScalarType.Float32).square().mean([1], keepdim: true);
            var map = F.adaptive_avg_pool2d(energy.contiguous(), grid).flatten(1);
            return map.div(map.square().sum([1], keepdim: true).clamp_min(1e-12).sqrt());
        }
    }

    private static Tensor Required(Tensor? features, string layer, string whose) =>
        features ?? throw new EdgeRestoreException(
            $"The {whose} has no convolution '{layer}' whose input could be compared. Name one by its parameter's name "
            + $"without '.weight' in distillation.{whose}Layer, or set distillation.features to 0.");
}
