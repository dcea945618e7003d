using EdgeRestore.Networks;
using EdgeRestore.Training.Readings;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Losses;

/// <summary>
/// How unevenly degradations use the channels that they select from: without it all may settle on the same ones, and
/// the others are never trained (restoration.md 2.7; the load-balance term of mixtures of experts, arXiv 1701.06538,
/// eq. 6).
/// </summary>
internal static class SelectionBalance
{
    /// <summary>The mean over all places where a network selects; none where it selects nowhere.</summary>
    public static Tensor? Compute(RestorationNetwork network, TorchReading reading, double temperature)
    {
        var places = network.Selections(reading);
        return places.Count == 0
            ? null
            : places.Select(place => OfLogits(place.Logits, place.Count, temperature))
                .Aggregate((sum, term) => sum.add(term)).div(places.Count);
    }

    // logits: (degradations, channels). Use of a channel: the mean over degradations of what the straight-through slope
    // takes for "selected", sigmoid((logit - threshold) / temperature). Result: the squared coefficient of variation of
    // use.
    internal static Tensor OfLogits(Tensor logits, int count, double temperature)
    {
        var threshold = logits.detach().topk(count, dim: 1).values.narrow(1, count - 1, 1);
        var use = logits.sub(threshold).div(temperature).sigmoid().mean([0]);
        var mean = use.mean();
        return use.sub(mean).square().mean().div(mean.square());
    }
}
