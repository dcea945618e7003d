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
    public double beta { get; } = beta;

    public override Tensor forward(Tensor input, Tensor target) =>
        functional.smooth_l1_loss(input, target, reduction, beta);
}

public sealed class HuberLoss(double delta, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public double delta { get; } = delta;

    public override Tensor forward(Tensor input, Tensor target) =>
        functional.huber_loss(input, target, delta, reduction);
}

public sealed class CrossEntropyLoss(Tensor? weight, long? ignore_index, double label_smoothing, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public long? ignore_index { get; } = ignore_index;

    public double label_smoothing { get; } = label_smoothing;

    public override Tensor forward(Tensor input, Tensor target) =>
        functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
}

public sealed class NLLLoss(Tensor? weight, long? ignore_index, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public long? ignore_index { get; } = ignore_index;

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
    public Tensor? pos_weights { get; } = pos_weights;

    public override Tensor forward(Tensor input, Tensor target) =>
        functional.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weights);
}

public sealed class KLDivLoss(bool log_target, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public bool log_target { get; } = log_target;

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
    public double margin { get; } = margin;

    public override Tensor forward(Tensor input, Tensor target) =>
        functional.hinge_embedding_loss(input, target, margin, reduction);
}

public sealed class PoissonNLLLoss(bool log_input, bool full, float eps, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public bool log_input { get; } = log_input;

    public bool full { get; } = full;

    public float eps { get; } = eps;

    public override Tensor forward(Tensor input, Tensor target) =>
        functional.poisson_nll_loss(input, target, log_input, full, eps, reduction);
}

public sealed class CosineEmbeddingLoss(double margin, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public double margin { get; } = margin;

    public override Tensor forward(Tensor input1, Tensor input2, Tensor target) =>
        functional.cosine_embedding_loss(input1, input2, target, margin, reduction);
}

public sealed class MarginRankingLoss(double margin, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public double margin { get; } = margin;

    public override Tensor forward(Tensor input1, Tensor input2, Tensor target) =>
        functional.margin_ranking_loss(input1, input2, target, margin, reduction);
}

public sealed class TripletMarginLoss(double margin, long p, double eps, bool swap, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public double margin { get; } = margin;

    public long p { get; } = p;

    public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative) =>
        functional.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction);
}

public sealed class CosineSimilarity(long dim, double eps)
    : Module<Tensor, Tensor, Tensor>(nameof(CosineSimilarity))
{
    public long dim { get; set; } = dim;

    public double eps { get; set; } = eps;

    public override Tensor forward(Tensor input1, Tensor input2) =>
        functional.cosine_similarity(input1, input2, dim, eps);
}

public sealed class CTCLoss(long blank, bool zero_infinity, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public long blank { get; } = blank;

    public bool zero_infinity { get; } = zero_infinity;

    public override Tensor forward(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths) =>
        functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity, reduction);
}

public sealed class MultiLabelMarginLoss(Reduction reduction)
    : Loss<Tensor, Tensor, Tensor>(reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.multi_label_margin_loss(input, target, reduction);
}

public sealed class MultiLabelSoftMarginLoss(Tensor? weight, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.multilabel_soft_margin_loss(input, target, weight, reduction);
}

public sealed class MultiMarginLoss(int p, double margin, Tensor? weight, Reduction reduction)
    : WeightedLoss<Tensor, Tensor, Tensor>(weight, reduction)
{
    public int p { get; } = p;

    public double margin { get; } = margin;

    public override Tensor forward(Tensor input, Tensor target) =>
        functional.multi_margin_loss(input, target, p, margin, weight, reduction);
}

public sealed class GaussianNLLLoss(bool full, float eps, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public bool full { get; } = full;

    public float eps { get; } = eps;

    public override Tensor forward(Tensor input, Tensor target, Tensor variance) =>
        functional.gaussian_nll_loss(input, target, variance, full, eps, reduction);
}

public sealed class TripletMarginWithDistanceLoss(
    Func<Tensor, Tensor, Tensor>? distance, double margin, bool swap, Reduction reduction)
    : Loss<Tensor, Tensor, Tensor, Tensor>(reduction)
{
    public double margin { get; } = margin;

    public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative) =>
        functional.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance, margin, swap, reduction);
}

public sealed class PairwiseDistance(double p, double eps, bool keep_dim)
    : Module<Tensor, Tensor, Tensor>(nameof(PairwiseDistance))
{
    public double norm { get; set; } = p;

    public double eps { get; set; } = eps;

    public bool keepdim { get; set; } = keep_dim;

    public override Tensor forward(Tensor input1, Tensor input2) =>
        functional.pairwise_distance(input1, input2, norm, eps, keepdim);
}
