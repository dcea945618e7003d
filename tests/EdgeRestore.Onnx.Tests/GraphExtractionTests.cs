namespace EdgeRestore.Onnx.Tests;

public sealed class GraphExtractionTests
{
    [Fact]
    public void Extract_BetweenInnerValues_KeepsOnlyWhatIsBetween()
    {
        var file = Chain();

        var part = GraphExtraction.Extract(file, [Value("a")], [Value("c")]);

        Assert.Equal(["Mul", "Neg"], part.Graph.Nodes.Select(node => node.OpType));
        Assert.Equal(["a"], part.Graph.Inputs.Select(input => input.Name));
        Assert.Equal(["c"], part.Graph.Outputs.Select(output => output.Name));
        Assert.Equal(["factor"], part.Graph.Initializers.Select(initializer => initializer.Name));
        Assert.Equal(4, file.Graph.Nodes.Count);
        Assert.Equal(part.ToBytes(), GraphExtraction.Extract(file, [Value("a")], [Value("c")]).ToBytes());
    }

    [Fact]
    public void Extract_InputThatNothingReads_IsLeftOut()
    {
        var part = GraphExtraction.Extract(Chain(), [Value("x"), Value("c")], [Value("d")]);

        Assert.Equal(["c"], part.Graph.Inputs.Select(input => input.Name));
        Assert.Equal(["Abs"], part.Graph.Nodes.Select(node => node.OpType));
    }

    [Fact]
    public void Extract_PartThatNeedsAnotherInput_SaysWhich()
    {
        var error = Assert.Throws<OnnxException>(() => GraphExtraction.Extract(Chain(), [], [Value("b")]));

        Assert.Contains("'x'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Extract_OperatorThatMakesAnInputBesideWhatIsNeeded_IsRefused()
    {
        var graph = new Graph("split");
        graph.Inputs.Add(Value("x"));
        graph.Nodes.Add(new Node { OpType = "Split", Inputs = ["x"], Outputs = ["left", "right"] });
        graph.Nodes.Add(new Node { OpType = "Add", Inputs = ["left", "right"], Outputs = ["sum"] });
        graph.Outputs.Add(Value("sum"));

        var error = Assert.Throws<OnnxException>(
            () => GraphExtraction.Extract(new OnnxFile(graph), [Value("x"), Value("left")], [Value("sum")]));

        Assert.Equal(
            "'left' cannot be an input: Split 'left' makes it beside another value that is needed.", error.Message);
    }

    /// <summary>x -> Relu a -> Mul factor b -> Neg c -> Abs d.</summary>
    private static OnnxFile Chain()
    {
        var graph = new Graph("chain");
        graph.Inputs.Add(Value("x"));
        graph.Initializers.Add(Initializer.Of("factor", [1], [2f]));
        graph.Nodes.Add(new Node { OpType = "Relu", Inputs = ["x"], Outputs = ["a"] });
        graph.Nodes.Add(new Node { OpType = "Mul", Inputs = ["a", "factor"], Outputs = ["b"] });
        graph.Nodes.Add(new Node { OpType = "Neg", Inputs = ["b"], Outputs = ["c"] });
        graph.Nodes.Add(new Node { OpType = "Abs", Inputs = ["c"], Outputs = ["d"] });
        graph.Outputs.Add(Value("d"));
        return new OnnxFile(graph);
    }

    private static ValueDefinition Value(string name) => new(name, new TensorType(ElementType.Float, [4]));
}
