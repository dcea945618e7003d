using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>An operation with a gradient of its own; derive from <see cref="SingleTensorFunction{T}"/> or
        /// <see cref="MultiTensorFunction{T}"/>.</summary>
        public abstract class Function<T>
            where T : Function<T>, new()
        {
            public abstract string Name { get; }

            /// <summary>Runs forward without grad and, when an input wants a gradient, joins the outputs to the graph.
            /// Inputs are the tensors among <paramref name="vars"/>.</summary>
            public static unsafe List<Tensor> apply_internal(params object[] vars)
            {
                var function = new T();
                var context = new AutogradContext();
                var places = Enumerable.Range(0, vars.Length).Where(place => vars[place] is Tensor).ToArray();
                var inputs = Handles([.. places.Select(place => (Tensor)vars[place])]);
                var id = FunctionNodes.Add(gradients => Gradients(function, context, gradients, places, vars.Length));
                int isWanted;
                nint node;
                fixed (nint* pointer = inputs)
                {
                    LibTorch.Check(LibTorch.ts_function(id, function.Name, pointer, inputs.Length, &isWanted, &node));
                }

                if (isWanted == 0)
                {
                    FunctionNodes.Remove(id);
                    using var off = no_grad();
                    return function.Forward(context, vars);
                }

                try
                {
                    List<Tensor> outputs;
                    using (no_grad())
                    {
                        outputs = function.Forward(context, vars);
                    }

                    for (var i = 0; i < outputs.Count; i++)
                    {
                        outputs[i] = Connect(node, context, outputs[i], inputs);
                    }

                    context.MoveTo(node);
                    return outputs;
                }
                finally
                {
                    GC.KeepAlive(vars);
                    LibTorch.ts_release_function(node);
                }
            }

            internal abstract List<Tensor> Forward(AutogradContext context, object[] vars);

            internal abstract List<Tensor> Backward(AutogradContext context, Tensor?[] gradients);

            private static unsafe Tensor Connect(nint node, AutogradContext context, Tensor output, nint[] inputs)
            {
                if (!context.IsDifferentiable(output))
                {
                    return output;
                }

                nint connected;
                LibTorch.Check(LibTorch.ts_function_connect(
                    node, output.Handle, Array.IndexOf(inputs, output.Handle) >= 0 ? 1 : 0,
                    context.IsDirty(output) ? 1 : 0, &connected));
                if (connected != output.Handle)
                {
                    return new Tensor(connected);
                }

                LibTorch.ts_release(connected);
                return output;
            }

            // backward gives one gradient per argument, or only those of the tensors.
            private static Tensor?[] Gradients(
                Function<T> function, AutogradContext context, Tensor?[] gradients, int[] places, int argumentCount)
            {
                var found = function.Backward(context, gradients);
                if (found.Count == places.Length)
                {
                    return [.. found];
                }

                for (var i = 0; i < found.Count; i++)
                {
                    if (found[i] is not null && Array.IndexOf(places, i) < 0)
                    {
                        throw new InvalidOperationException(
                            $"{function.Name}.backward gave a gradient at position {i}, where no tensor went into "
                            + $"forward. Give null there, or one gradient for each of the {places.Length} tensors.");
                    }
                }

                if (found.Count < argumentCount && places.Any(place => place >= found.Count))
                {
                    throw new InvalidOperationException(
                        $"{function.Name}.backward gave {found.Count} gradients, but forward took {argumentCount} "
                        + $"arguments, {places.Length} of them tensors. Give one per argument, null for what has "
                        + "none.");
                }

                return [.. places.Select(place => found[place])];
            }
        }

        /// <summary>A function with one output.</summary>
        public abstract class SingleTensorFunction<T> : Function<T>
            where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal override List<Tensor> Forward(AutogradContext context, object[] vars) => [forward(context, vars)];

            internal override List<Tensor> Backward(AutogradContext context, Tensor?[] gradients) =>
                backward(context, gradients[0]!);
        }

        /// <summary>A function with any number of outputs.</summary>
        public abstract class MultiTensorFunction<T> : Function<T>
            where T : MultiTensorFunction<T>, new()
        {
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal override List<Tensor> Forward(AutogradContext context, object[] vars) => forward(context, vars);

            internal override List<Tensor> Backward(AutogradContext context, Tensor?[] gradients) =>
                backward(context, [.. gradients.Select(gradient => gradient!)]);
        }
    }
}
