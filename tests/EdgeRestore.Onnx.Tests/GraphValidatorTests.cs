namespace EdgeRestore.Onnx.Tests;

public sealed class GraphValidatorTests
{
    [Fact]
    public void FindProblems_GraphsThatHoldTogether_FindsNone()
    {
        Assert.Empty(TestGraphs.Linear().Graph.FindProblems());
        Assert.Empty(TestGraphs.Everything().Graph.FindProblems());
    }

    [Theory]
    [InlineData("late", "Relu 'a' uses 'b' before it is made")]
    [InlineData("twice", "output of Neg 'x' 'x' has a name that is taken")]
    [InlineData("no output", "it has no output")]
    [InlineData("unmade output", "output 'z' is made by no node")]
    [InlineData("initializer twice", "initializer 'w' stands there twice")]
    [InlineData("name twice", "node name 'n' is taken")]
    [InlineData("no operator", "node '' has no operator")]
    [InlineData("nothing made", "Neg '' has no output")]
    [InlineData("attribute twice", "Neg 'a' has two attributes 'k'")]
    [InlineData("negative size", "'x' has a negative size in Float[-3]")]
    [InlineData("element type", "'x' has the unknown element type 99")]
    [InlineData("typed ghost", "'ghost' has a type but is made by no node")]
    [InlineData("nameless", "input without a name")]
    [InlineData("body", "Neg 'inner' uses 'ghost' before it is made")]
    public void FindProblems_OneThingWrong_NamesIt(string wrong, string expected)
    {
        var graph = Broken(wrong);

        Assert.Equal([expected], graph.FindProblems());
        var error = Assert.Throws<OnnxException>(() => new OnnxFile(graph).ToBytes());
        Assert.Equal($"ONNX graph 'broken' is not valid (1): {expected}.", error.Message);
    }

    [Fact]
    public void Initializer_ShapeAndDataThatDoNotFit_IsRefused()
    {
        Assert.Throws<OnnxException>(() => new Initializer("w", ElementType.Float, [2, 2], new byte[12]));
        Assert.Throws<OnnxException>(() => new Initializer("w", ElementType.Float, [-1, -1], new byte[4]));
        Assert.Throws<OnnxException>(
            () => new Initializer("w", ElementType.UInt8, [1L << 62, 1L << 62, 1L << 62], new byte[0]));
        Assert.Empty(new Initializer("w", ElementType.Float, [0, 1L << 62], Array.Empty<byte>()).ToFloats());
    }

    private static Graph Broken(string wrong)
    {
        var graph = new Graph("broken");
        var type = wrong switch
        {
            "negative size" => new TensorType(ElementType.Float, [-3]),
            "element type" => new TensorType((ElementType)99, []),
            _ => new TensorType(ElementType.Float, ["n"]),
        };
        graph.Inputs.Add(new("x", type));
        if (wrong == "nameless")
        {
            graph.Inputs.Add(new("", type));
        }

        graph.Nodes.Add(new()
        {
            OpType = wrong == "late" ? "Relu" : "Neg",
            Name = wrong == "name twice" ? "n" : "",
            Inputs = [wrong == "late" ? "b" : "x"],
            Outputs = ["a"],
            Attributes = wrong switch
            {
                "attribute twice" => [new IntAttribute("k", 1), new IntAttribute("k", 2)],
                "body" => [new GraphAttribute("then_branch", Body())],
                _ => [],
            },
        });
        graph.Nodes.Add(new()
        {
            OpType = wrong == "no operator" ? "" : "Neg",
            Name = wrong == "name twice" ? "n" : "",
            Inputs = ["x"],
            Outputs = wrong switch { "twice" => ["x"], "nothing made" => [], _ => ["b"] },
        });
        graph.Initializers.Add(Initializer.Scalar("w", 1));
        if (wrong == "initializer twice")
        {
            graph.Initializers.Add(Initializer.Scalar("w", 2));
        }

        if (wrong != "no output")
        {
            graph.Outputs.Add(new(wrong == "unmade output" ? "z" : "a", new(ElementType.Float, null)));
        }

        if (wrong == "typed ghost")
        {
            graph.Values.Add(new("ghost", new(ElementType.Float, [])));
        }

        return graph;
    }

    private static Graph Body()
    {
        var body = new Graph("body");
        body.Nodes.Add(new() { OpType = "Neg", Inputs = ["ghost"], Outputs = ["inner"] });
        body.Outputs.Add(new("inner", new(ElementType.Float, null)));
        return body;
    }
}
