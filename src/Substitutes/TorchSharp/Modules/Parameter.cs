namespace TorchSharp.Modules;

/// <summary>A tensor that a module owns and an optimizer changes. It takes over the tensor that it is made
/// from.</summary>
public class Parameter : torch.Tensor
{
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(data.MoveHandle())
    {
        this.requires_grad = requires_grad;
    }

    internal Parameter(nint handle)
        : base(handle)
    {
    }
}
