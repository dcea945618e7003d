using EdgeRestore.Degradations;
using EdgeRestore.Pairs;

namespace EdgeRestore.Training.Recipes;

internal sealed partial class Recipe
{
    /// <param name="at">Gives "line 7: " for the path of a value.</param>
    private IEnumerable<string> Validate(Func<string, string> at) =>
        ValidateRun(at).Concat(ValidateOptimizer(at)).Concat(ValidatePhases(at)).Concat(ValidateData(at))
            .Concat(ValidateLosses(at)).Concat(ValidateSemantic(at)).Concat(ValidateSelection(at))
            .Concat(ValidateClassifier(at)).Concat(ValidateValidation(at));

    private IEnumerable<string> ValidateRun(Func<string, string> at)
    {
        if (Network.Length == 0)
        {
            yield return $"{at("network")}network is empty; name a preset such as edge-s or dpgnet-s.";
        }

        if (!(Steps > 0) && !(Minutes > 0))
        {
            yield return $"{at("steps")}steps is {Steps} and minutes is {Minutes}; give one of them, above 0.";
        }
    }

    private IEnumerable<string> ValidateOptimizer(Func<string, string> at)
    {
        var optimizer = Optimizer;
        (string Key, double Value, bool IsFine, string Allowed)[] checks =
        [
            ("learningRate", optimizer.LearningRate, optimizer.LearningRate >= 0, "0 or more"),
            ("finalLearningRate", optimizer.FinalLearningRate, optimizer.FinalLearningRate >= 0, "0 or more"),
            ("warmUpSteps", optimizer.WarmUpSteps, optimizer.WarmUpSteps >= 0, "0 or more"),
            ("weightDecay", optimizer.WeightDecay, optimizer.WeightDecay >= 0, "0 or more"),
            ("clipNorm", optimizer.ClipNorm, optimizer.ClipNorm > 0, "above 0"),
            ("average", optimizer.Average, optimizer.Average is >= 0 and < 1, "from 0 to below 1"),
            ("beta1", optimizer.Beta1, optimizer.Beta1 is >= 0 and < 1, "from 0 to below 1"),
            ("beta2", optimizer.Beta2, optimizer.Beta2 is >= 0 and < 1, "from 0 to below 1"),
        ];
        foreach (var (key, value, _, allowed) in checks.Where(check => !check.IsFine))
        {
            yield return $"{at($"optimizer.{key}")}optimizer.{key} is {value}; allowed is {allowed}.";
        }

        if (optimizer.Precision is not (OptimizerRecipe.Float32 or OptimizerRecipe.BFloat16))
        {
            yield return $"{at("optimizer.precision")}optimizer.precision is '{optimizer.Precision}'; allowed are "
                + $"{OptimizerRecipe.Float32} and {OptimizerRecipe.BFloat16}.";
        }
    }

    private IEnumerable<string> ValidatePhases(Func<string, string> at)
    {
        if (Phases.Count == 0)
        {
            yield return $"{at("phases")}phases is empty; give at least one {{ until: 1, patch: 64, batch: 8 }}.";
        }

        for (var index = 0; index < Phases.Count; index++)
        {
            var phase = Phases[index];
            var place = at($"phases[{index}]");
            if (phase.Patch < 16 || phase.Patch % 8 != 0 || phase.Batch < 1)
            {
                yield return $"{place}the phase until {phase.Until} has patch {phase.Patch} and batch {phase.Batch}; "
                    + "patch must be a multiple of 8 from 16, batch at least 1.";
            }

            if (index > 0 && !(phase.Until > Phases[index - 1].Until))
            {
                yield return $"{place}the phase until {phase.Until} follows one until {Phases[index - 1].Until}; each "
                    + "must end later than the one before.";
            }

            if (phase.Only is { } only && !DegradationNames.TryParse(only, out _))
            {
                yield return $"{place}only is '{only}'; allowed: {Names()}.";
            }
        }

        if (Phases.Count > 0 && Phases[^1].Until < 1)
        {
            yield return $"{at($"phases[{Phases.Count - 1}].until")}the last phase ends at {Phases[^1].Until}; it must "
                + "end at 1.";
        }
    }

    private IEnumerable<string> ValidateData(Func<string, string> at)
    {
        foreach (var (name, weight) in Weights)
        {
            if (!DegradationNames.TryParse(name, out _) || !(weight >= 0))
            {
                yield return $"{at($"weights.{name}")}weights has '{name}: {weight}'; names are {Names()}, weights are "
                    + "0 or more.";
            }
        }

        if (!(Data.Synthetic >= 0) || !(Data.Synthetic + Data.Pairs.Sum(pairs => pairs.Weight) > 0))
        {
            yield return $"{at("data.synthetic")}data.synthetic is {Data.Synthetic} and the pairs weigh "
                + $"{Data.Pairs.Sum(pairs => pairs.Weight)}; weights are 0 or more, and one of them above 0.";
        }

        if (Data.Synthetic > 0 && !(Weights.Values.Sum() > 0))
        {
            yield return $"{at("weights")}weights sum to 0; give at least one degradation a weight above 0, or set "
                + "data.synthetic to 0 and train on pairs alone.";
        }

        for (var index = 0; index < Data.Pairs.Count; index++)
        {
            var pairs = Data.Pairs[index];
            if (pairs.Folder.Length == 0 || !(pairs.Weight >= 0))
            {
                yield return $"{at($"data.pairs[{index}]")}the pairs have folder '{pairs.Folder}' and weight "
                    + $"{pairs.Weight}; name a folder, give a weight of 0 or more.";
            }

            if (PairLayout.Find(pairs.Layout) is not { } layout)
            {
                yield return $"{at($"data.pairs[{index}].layout")}the layout is '{pairs.Layout}'; allowed: "
                    + $"{string.Join(", ", PairLayout.All.Select(known => known.Name))}.";
            }
            else if (pairs.Degradation is { } name
                ? !DegradationNames.TryParse(name, out _) || layout.NamesDegradations
                : layout is { Degradation: null, NamesDegradations: false })
            {
                yield return $"{at($"data.pairs[{index}]")}the degradation of layout '{layout.Name}' is "
                    + $"'{pairs.Degradation}'; "
                    + (layout.NamesDegradations ? "its folders name them, leave it out." : $"allowed: {Names()}.");
            }
        }
    }

    private IEnumerable<string> ValidateLosses(Func<string, string> at)
    {
        double[] weights = [Loss.L1, Loss.Fourier, Loss.Charbonnier, Loss.MsSsim];
        if (!weights.All(weight => weight >= 0) || !(weights.Sum() > 0))
        {
            yield return $"{at("loss")}loss has l1 {Loss.L1}, fourier {Loss.Fourier}, charbonnier {Loss.Charbonnier} "
                + $"and msSsim {Loss.MsSsim}; weights are 0 or more, and one of them above 0.";
        }

        if (Distillation is { } taught)
        {
            if (taught.Teacher.Length == 0)
            {
                yield return $"{at("distillation")}distillation names no teacher; name a checkpoint of a run, or what "
                    + "import wrote.";
            }

            if (!(taught.Output >= 0) || !(taught.Features >= 0) || !(taught.Output + taught.Features > 0))
            {
                yield return $"{at("distillation")}distillation has output {taught.Output} and features "
                    + $"{taught.Features}; weights are 0 or more, and one of them above 0.";
            }
        }
    }

    private IEnumerable<string> ValidateSemantic(Func<string, string> at)
    {
        if (Semantic is { } semantic
            && (semantic.Encoder.Length == 0 || semantic.Of is not (SemanticRecipe.Patch or SemanticRecipe.Photograph)))
        {
            yield return $"{at("semantic")}semantic has encoder '{semantic.Encoder}' and of '{semantic.Of}'; name an "
                + $"ONNX file, and {SemanticRecipe.Patch} or {SemanticRecipe.Photograph}.";
        }
    }

    private IEnumerable<string> ValidateSelection(Func<string, string> at)
    {
        if (!(Selection.Balance >= 0))
        {
            yield return $"{at("selection.balance")}selection.balance is {Selection.Balance}; give 0 or more.";
        }

        if (!(Selection.Temperature > 0) || !(Selection.FinalTemperature > 0))
        {
            yield return $"{at("selection")}selection has temperature {Selection.Temperature} and finalTemperature "
                + $"{Selection.FinalTemperature}; both must be above 0.";
        }
    }

    private IEnumerable<string> ValidateClassifier(Func<string, string> at)
    {
        if (Classifier.BatchNorm is not (ClassifierRecipe.Running or ClassifierRecipe.Frozen)
            || Classifier.Dropout is not (>= 0 and < 1))
        {
            yield return $"{at("classifier")}classifier has batchNorm '{Classifier.BatchNorm}' and dropout "
                + $"{Classifier.Dropout}; allowed are {ClassifierRecipe.Running} or {ClassifierRecipe.Frozen}, and "
                + "from 0 to below 1.";
        }
    }

    private IEnumerable<string> ValidateValidation(Func<string, string> at)
    {
        if (Validation.Photographs < 1 || Validation.Pairs < 1 || Validation.CropPixels < 16 || !(Validation.Every > 0))
        {
            yield return $"{at("validation")}validation has photographs {Validation.Photographs}, pairs "
                + $"{Validation.Pairs}, cropPixels {Validation.CropPixels} and every {Validation.Every}; needed are at "
                + "least 1, 1 and 16, and above 0.";
        }
    }

    private static string Names() =>
        string.Join(", ", DegradationNames.All.Select(degradation => degradation.ToName()));
}
