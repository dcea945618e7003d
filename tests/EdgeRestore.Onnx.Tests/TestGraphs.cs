namespace EdgeRestore.Onnx.Tests;

internal static class TestGraphs
{
    /// <summary>y = relu(a x^T) + 1 for x (rows, 4): a weight of 512 bytes, a scalar, an attribute.</summary>
    public static OnnxFile Linear(string weightName = "weight", float weight = 0.5f)
    {
        var builder = new GraphBuilder("linear");
        var x = builder.Input("x", ElementType.Float, "rows", 4);
        var values = Enumerable.Range(0, 128).Select(index => weight + index).ToArray();
        var a = builder.Initializer(Initializer.Of(weightName, [32, 4], values));
        var y = builder.Add("Relu", [builder.Add("Gemm", [x, a], new IntAttribute("transB", 1))]);
        builder.Output(builder.Add("Add", [y, builder.Constant(1f)]), "y", ElementType.Float, "rows", 32);
        return new(builder.Graph);
    }

    /// <summary>
    /// One attribute of each kind, a body that sees the graph around it, and an optional input left out.
    /// </summary>
    public static OnnxFile Everything()
    {
        var body = new Graph("then");
        body.Nodes.Add(new() { OpType = "Neg", Inputs = ["x"], Outputs = ["negated"] });
        body.Outputs.Add(new("negated", new(ElementType.Float, null)));
        var other = new Graph("else");
        other.Nodes.Add(new() { OpType = "Abs", Inputs = ["x"], Outputs = ["absolute"] });
        other.Outputs.Add(new("absolute", new(ElementType.Float, null)));

        var graph = new Graph("everything");
        graph.Inputs.Add(new("x", new(ElementType.Float, ["n", 3, new Dimension(null, null)])));
        graph.Inputs.Add(new("condition", new(ElementType.Bool, [])));
        graph.Initializers.Add(new("bytes", ElementType.UInt8, [2, 2], new byte[] { 1, 2, 3, 4 }));
        graph.Nodes.Add(new()
        {
            OpType = "If",
            Inputs = ["condition"],
            Outputs = ["chosen"],
            Attributes = [new GraphAttribute("then_branch", body), new GraphAttribute("else_branch", other)],
        });
        graph.Nodes.Add(new()
        {
            OpType = "Clip",
            Name = "upper only",
            Inputs = ["chosen", "", "limit"],
            Outputs = ["y"],
            Attributes =
            [
                new FloatAttribute("f", 1.5f), new StringAttribute("s", "naïve"), new IntsAttribute("is", [1, -2]),
                new FloatsAttribute("fs", [0.5f]), new StringsAttribute("ss", ["a", ""]), new IntAttribute("i", -7),
                new TensorAttribute("t", Initializer.Of("value", 3, 4)),
            ],
        });
        graph.Initializers.Add(Initializer.Scalar("limit", 2));
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        graph.Values.Add(new("chosen", new(ElementType.Float, ["n", 3, 5])));
        return new(graph) { ProducerVersion = "1.2", Opsets = { ["com.example"] = 3 }, Metadata = { ["k"] = "v" } };
    }
}
