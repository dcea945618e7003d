using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class L1Loss(Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.l1_loss(input, target, reduction);
}

public sealed class MSELoss(Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.mse_loss(input, target, reduction);
}

public sealed class SmoothL1Loss(double beta, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.smooth_l1_loss(input, target, reduction, beta);
}

public sealed class HuberLoss(double delta, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.huber_loss(input, target, delta, reduction);
}

public sealed class CrossEntropyLoss(Tensor? weight, long? ignore_index, double label_smoothing, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
}

public sealed class NLLLoss(Tensor? weight, long? ignore_index, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.nll_loss(input, target, weight, ignore_index ?? -100, reduction);
}

public sealed class BCELoss(Tensor? weight, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.binary_cross_entropy(input, target, weight, reduction);
}

public sealed class BCEWithLogitsLoss(Tensor? weight, Tensor? pos_weights, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weights);
}

public sealed class KLDivLoss(bool log_target, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.kl_div(input, target, log_target, reduction);
}

public sealed class SoftMarginLoss(Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.soft_margin_loss(input, target, reduction);
}

public sealed class HingeEmbeddingLoss(double margin, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.hinge_embedding_loss(input, target, margin, reduction);
}

public sealed class PoissonNLLLoss(bool log_input, bool full, float eps, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.poisson_nll_loss(input, target, log_input, full, eps, reduction);
}

public sealed class CosineEmbeddingLoss(double margin, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input1, Tensor input2, Tensor input3) =>
        functional.cosine_embedding_loss(input1, input2, input3, margin, reduction);
}

public sealed class MarginRankingLoss(double margin, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input1, Tensor input2, Tensor input3) =>
        functional.margin_ranking_loss(input1, input2, input3, margin, reduction);
}

public sealed class TripletMarginLoss(double margin, long p, double eps, bool swap, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input1, Tensor input2, Tensor input3) =>
        functional.triplet_margin_loss(input1, input2, input3, margin, p, eps, swap, reduction);
}

public sealed class CosineSimilarity(long dim, double eps)
    : Module<Tensor, Tensor, Tensor>(nameof(CosineSimilarity))
{
    public override Tensor forward(Tensor input1, Tensor input2) =>
        functional.cosine_similarity(input1, input2, dim, eps);
}
