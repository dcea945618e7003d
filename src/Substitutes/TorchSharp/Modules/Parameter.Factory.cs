namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
    }
}

public static partial class TensorExtensionMethods
{
    public static Modules.Parameter AsParameter(this torch.Tensor tensor) => new(tensor);
}
