using System.Runtime.InteropServices;

namespace EdgeRestore.Onnx.Tests;

public class ConstantEvaluationTests
{
    private static readonly Initializer Matrix = Initializer.Of("m", [3, 2], [1, 2, 3, 4, 5, 6]);

    [Fact]
    public void Constant_RowsOfAConstant_AreTakenByNumber()
    {
        var links = LinksOf(new() { OpType = "Gather", Inputs = ["m", "rows"], Outputs = ["y"] }, Rows(2, 0, -1));

        Assert.Equal([3, 2], links.Constant("y")!.Shape.AsEnumerable());
        Assert.Equal([5, 6, 1, 2, 5, 6], links.Constant("y")!.ToFloats());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-4)]
    public void Constant_RowThatIsNotThere_IsLeftToTheRunTime(int row) => Assert.Null(
        LinksOf(new() { OpType = "Gather", Inputs = ["m", "rows"], Outputs = ["y"] }, Rows(row)).Constant("y"));

    [Fact]
    public void Constant_EqualPartsOfAConstant_AreItsRowsInOrder()
    {
        var links = LinksOf(new() { OpType = "Split", Inputs = ["m"], Outputs = ["a", "b", "c"] });

        Assert.Equal([3, 4], links.Constant("b")!.ToFloats());
        Assert.Equal([5, 6], links.Constant("c")!.ToFloats());
    }

    [Fact]
    public void Constant_UnequalPartsOrAnotherAxis_AreLeftToTheRunTime()
    {
        Assert.Null(LinksOf(new() { OpType = "Split", Inputs = ["m"], Outputs = ["a", "b"] }).Constant("a"));
        Assert.Null(LinksOf(new()
        {
            OpType = "Split",
            Inputs = ["m"],
            Outputs = ["a", "b"],
            Attributes = [new IntAttribute("axis", 1)],
        }).Constant("a"));
    }

    [Fact]
    public void Constant_HalvesThatAreWidened_AreFloats()
    {
        var halves = new Initializer(
            "h", ElementType.Float16, [2], MemoryMarshal.AsBytes<Half>([(Half)0.5f, (Half)(-3f)]).ToArray());

        var links = LinksOf(
            new()
            {
                OpType = "Cast",
                Inputs = ["h"],
                Outputs = ["y"],
                Attributes = [new IntAttribute("to", (long)ElementType.Float)],
            },
            halves);

        Assert.Equal([0.5f, -3f], links.Constant("y")!.ToFloats());
    }

    [Fact]
    public void Constant_OfAnInput_IsNone()
    {
        var graph = new Graph("g");
        graph.Inputs.Add(new("m", new TensorType(ElementType.Float, null)));
        graph.Initializers.Add(Matrix);
        graph.Nodes.Add(new() { OpType = "Split", Inputs = ["m"], Outputs = ["a", "b", "c"] });

        Assert.Null(new GraphLinks(graph).Constant("a"));
    }

    private static Initializer Rows(params int[] rows) =>
        new("rows", ElementType.Int32, [rows.Length], MemoryMarshal.AsBytes<int>(rows).ToArray());

    private static GraphLinks LinksOf(Node node, params Initializer[] others)
    {
        var graph = new Graph("g");
        graph.Initializers.Add(Matrix);
        foreach (var other in others)
        {
            graph.Initializers.Add(other);
        }

        graph.Nodes.Add(node);
        return new GraphLinks(graph);
    }
}
