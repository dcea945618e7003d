namespace EdgeRestore.Onnx.Tests;

public sealed class ValueTypesTests
{
    // Opset 19 gave Cast a second whole number, which may stand first.
    [Fact]
    public void Infer_CastThatSaturates_HasTheTypeThatItCastsTo()
    {
        var graph = new Graph("cast");
        graph.Inputs.Add(new ValueDefinition("x", new TensorType(ElementType.Float, [4])));
        graph.Nodes.Add(new Node
        {
            OpType = "Cast",
            Inputs = ["x"],
            Outputs = ["half"],
            Attributes = [new IntAttribute("saturate", 1), new IntAttribute("to", (long)ElementType.Float16)],
        });
        graph.Nodes.Add(new Node { OpType = "Neg", Inputs = ["half"], Outputs = ["y"] });

        var types = ValueTypes.Infer(graph);

        Assert.Equal((ElementType.Float16, ElementType.Float16), (types["half"], types["y"]));
    }
}
