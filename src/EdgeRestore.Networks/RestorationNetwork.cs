using EdgeRestore.Degradations;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks;

/// <summary>A network from a degraded image to a restored one, defined once for every reading.</summary>
public abstract class RestorationNetwork
{
    /// <summary>The family's name in manifests, such as <c>edge</c>.</summary>
    public abstract string Family { get; }

    /// <summary>The name of its sizes in manifests.</summary>
    public abstract string Preset { get; }

    /// <summary>Sides are padded to multiples of this.</summary>
    public abstract int SizeMultiple { get; }

    /// <summary>Smaller sides cannot be padded by reflection in every case.</summary>
    public int MinSidePixels => SizeMultiple;

    /// <summary>What the network takes besides the image; none where it takes nothing.</summary>
    public abstract PromptDefinition? Prompt { get; }

    public bool TakesPrompt => Prompt is not null;

    /// <param name="r">What the operators mean.</param>
    /// <param name="image">(N, 3, H, W) RGB in [0, 1].</param>
    /// <param name="prompt">As <see cref="Prompt"/> says; none where not taken.</param>
    /// <returns>(N, 3, H, W), not clamped.</returns>
    public TValue Restore<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class => r.Add(image, Residual(r, image, prompt));

    /// <summary>What <see cref="Restore"/> adds to the image: a strength below 1 scales it.</summary>
    public abstract TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class;

    /// <summary>
    /// By what channels are selected for each degradation; nothing where nothing is. For the balance of their use and
    /// for reports: a reading of its own, beside that of the network.
    /// </summary>
    public virtual IReadOnlyList<SelectionLogits<TValue>> Selections<TValue>(IReading<TValue> r)
        where TValue : class => [];

    /// <summary>Whether a parameter decides which channels are selected: constant once the sets are frozen.</summary>
    public virtual bool DecidesSelection(string parameter) => false;

    /// <summary>Whether a parameter is given with the network and never trained.</summary>
    public virtual bool IsGiven(string parameter) => false;

    /// <summary>
    /// The network for one degradation and its weights: without what is selected by prompt, where something is. What
    /// does not depend on the degradation is shared, not copied.
    /// </summary>
    public virtual (RestorationNetwork Network, NamedTensors Weights) Specialise(
        NamedTensors weights, Degradation degradation) => (this, weights);

    protected void CheckPrompt(bool given)
    {
        if (given != TakesPrompt)
        {
            throw new ArgumentException(Prompt is { } prompt
                ? $"This network ('{Family}') takes {prompt.Meaning}: give '{prompt.Name}'."
                : $"This network ('{Family}') takes the image alone: leave the prompt out.");
        }
    }
}
