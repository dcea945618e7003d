using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Exports;

/// <summary>
/// The parts of serving graphs that are around the network: bytes to floats and back, and the checks.
/// </summary>
internal static class ImageGraph
{
    /// <summary>uint8 (N, H, W, 3) to float (N, 3, H, W) in [0, 1].</summary>
    public static string FromBytes(GraphBuilder builder, string bytes)
    {
        // Transposed while a value is one byte, not four.
        var planes = builder.Add("Transpose", [bytes], new IntsAttribute("perm", [0, 3, 1, 2]));
        var floats = builder.Add("Cast", [planes], new IntAttribute("to", (long)ElementType.Float));
        return builder.Add("Mul", [floats, builder.Constant(1 / 255f)]);
    }

    /// <summary>float (N, 3, H, W) to uint8 (N, H, W, 3), clamped to [0, 1], rounded half to even.</summary>
    public static string ToBytes(GraphBuilder builder, string image)
    {
        var clamped = builder.Add("Clip", [image, builder.Constant(0f), builder.Constant(1f)]);
        var rounded = builder.Add("Round", [builder.Add("Mul", [clamped, builder.Constant(255f)])]);
        var bytes = builder.Add("Cast", [rounded], new IntAttribute("to", (long)ElementType.UInt8));
        return builder.Add("Transpose", [bytes], new IntsAttribute("perm", [0, 2, 3, 1]));
    }

    /// <summary>int64 (N): how many values are NaN or infinite.</summary>
    public static string CountNonfinite(GraphBuilder builder, string image)
    {
        // x - x is 0 for finite values and NaN for the others. Counted in integers: float32 stops counting at 2^24.
        var odd = builder.Add("IsNaN", [builder.Add("Sub", [image, image])]);
        var ones = builder.Add("Cast", [odd], new IntAttribute("to", (long)ElementType.Int32));
        var count = builder.Add("ReduceSum", [ones, builder.Constant(1, 2, 3)], new IntAttribute("keepdims", 0));
        return builder.Add("Cast", [count], new IntAttribute("to", (long)ElementType.Int64));
    }

    /// <summary>float (N, 2): minimum and maximum.</summary>
    public static string Range(GraphBuilder builder, string image)
    {
        var axes = new IntsAttribute("axes", [1, 2, 3]);
        var keep = new IntAttribute("keepdims", 0);
        var column = builder.Constant(-1, 1);
        var lowest = builder.Add("Reshape", [builder.Add("ReduceMin", [image], axes, keep), column]);
        var highest = builder.Add("Reshape", [builder.Add("ReduceMax", [image], axes, keep), column]);
        return builder.Add("Concat", [lowest, highest], new IntAttribute("axis", 1));
    }
}
