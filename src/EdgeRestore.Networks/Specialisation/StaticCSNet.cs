using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks.Specialisation;

/// <summary>
/// A CSNet with the channels of one degradation only: the same definition with narrower selection blocks, without
/// tables, scores and prompt.
/// </summary>
/// <remarks>The configuration and the form alone decide its shapes, so all degradations have the same.</remarks>
public sealed class StaticCSNet : RestorationNetwork
{
    private readonly CSNet dynamic;
    private readonly Restormer body;
    private readonly StaticForm form;

    public StaticCSNet(CSNetConfig config, StaticForm form)
    {
        if (form == StaticForm.Folded && config.Activation)
        {
            throw new ArgumentException(
                $"A CSNet ('{config.Preset}') with an activation behind its expansion cannot be folded into one "
                + "matrix. Slice it.",
                nameof(form));
        }

        dynamic = new(config);
        body = new(config.Body);
        this.form = form;
    }

    public override string Family => dynamic.Family;

    public override string Preset => dynamic.Preset;

    public override int SizeMultiple => dynamic.SizeMultiple;

    public override PromptDefinition? Prompt => null;

    public override TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class
    {
        CheckPrompt(prompt is not null);
        return body.Residual(r, image, (level, x) => form == StaticForm.Folded
            ? SelectionBlock.BuildFolded(r, CSNet.BlockName(level), dynamic.Widths(level), x)
            : SelectionBlock.BuildSliced(r, CSNet.BlockName(level), dynamic.Widths(level), x));
    }
}

/// <summary>What remains of a selection block for one degradation.</summary>
public enum StaticForm
{
    /// <summary>
    /// Expansion and contraction with the kept channels alone: value for value what the selecting network computes,
    /// where sums run over channels in order.
    /// </summary>
    Sliced,

    /// <summary>
    /// Both as one matrix: the cheapest, and equal but for rounding. Only without activation between them.
    /// </summary>
    Folded,
}
