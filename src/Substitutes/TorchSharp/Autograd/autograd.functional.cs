namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        public static class functional
        {
            /// <summary>The derivative of the output by the input; shape: the output's, then the input's.</summary>
            public static Tensor jacobian(Func<Tensor, Tensor> function, Tensor inputs) =>
                jacobian((Tensor[] tensors) => new[] { function(tensors[0]) }, inputs).Single();

            public static IEnumerable<Tensor> jacobian(Func<Tensor, Tensor[]> function, Tensor inputs) =>
                jacobian((Tensor[] tensors) => function(tensors[0]), inputs);

            public static IEnumerable<Tensor> jacobian(Func<Tensor[], Tensor> function, params Tensor[] inputs) =>
                jacobian((Tensor[] tensors) => new[] { function(tensors) }, inputs);

            /// <summary>For each output the derivatives by each input, in that order.</summary>
            public static IEnumerable<Tensor> jacobian(Func<Tensor[], Tensor[]> function, params Tensor[] inputs)
            {
                var variables = inputs
                    .Select(input => input.requires_grad ? input : input.detach().requires_grad_()).ToArray();
                var outputs = function(variables);
                return [.. outputs.SelectMany(output => variables.Select(input => Derivative(output, input)))];
            }

            private static Tensor Derivative(Tensor output, Tensor input)
            {
                var elements = output.reshape(-1);
                var rows = new Tensor[elements.numel()];
                for (var i = 0; i < rows.Length; i++)
                {
                    var found = elements.requires_grad
                        ? grad([elements[i]], [input], retain_graph: true, allow_unused: true)[0]
                        : null;
                    rows[i] = found ?? zeros_like(input);
                }

                return stack(rows).reshape([.. output.shape, .. input.shape]);
            }
        }
    }
}
