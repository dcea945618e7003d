using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks.Specialisation;

/// <summary>
/// An edge network with the channels of one degradation only: the same definition with narrower feed-forward parts and
/// skips of one convolution, without tables, gates and prompt.
/// </summary>
/// <remarks>The configuration alone decides its shapes, so all degradations have the same.</remarks>
public sealed class StaticEdgeNetwork(EdgeNetworkConfig config) : RestorationNetwork
{
    private readonly EdgeNetwork dynamic = new(config);

    public override string Family => dynamic.Family;

    public override string Preset => dynamic.Preset;

    public override int SizeMultiple => dynamic.SizeMultiple;

    public override PromptDefinition? Prompt => null;

    public override TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class
    {
        CheckPrompt(prompt is not null);
        return dynamic.Residual(r, image, Block, Skip);

        TValue Block(string name, int level, bool encoder, TValue x)
        {
            var widths = dynamic.Widths(level);
            var hidden = encoder ? widths.Hidden : dynamic.SelectedHidden(level) ?? widths.Hidden;
            return TransformerBlock.Build(r, name, widths with { Hidden = hidden }, x, null);
        }

        TValue Skip(int level, TValue s) => dynamic.Config.Selection is not { Skips: true }
            ? s
            : SkipSelection.BuildStatic(r, EdgeNetwork.SkipName(level), dynamic.Config.Width << level, s);
    }
}
