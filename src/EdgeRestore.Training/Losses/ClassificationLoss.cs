using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EdgeRestore.Training.Losses;

/// <summary>Cross-entropy with label smoothing (arXiv 1512.00567, section 7).</summary>
internal static class ClassificationLoss
{
    // logits: (N, K); labels: N class indices
    public static Tensor Compute(Tensor logits, IReadOnlyList<int> labels, double smoothing)
    {
        var classes = checked((int)logits.shape[1]);
        var target = new float[labels.Count * classes];
        Array.Fill(target, (float)(smoothing / classes));
        for (var row = 0; row < labels.Count; row++)
        {
            target[(row * classes) + labels[row]] += (float)(1 - smoothing);
        }

        var wanted = torch.tensor(target, [labels.Count, classes]).to(logits.device);
        return F.log_softmax(logits, 1).mul(wanted).sum().div(-labels.Count);
    }
}
