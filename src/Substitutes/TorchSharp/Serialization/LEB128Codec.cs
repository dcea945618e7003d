namespace TorchSharp.Utils;

// Little-endian base 128: seven bits a byte, the eighth says that more follow.
internal static class LEB128Codec
{
    internal static void Encode(this BinaryWriter writer, long value)
    {
        if (value < 0)
        {
            throw new NotImplementedException("LEB128 encoding of negative numbers");
        }

        writer.Write7BitEncodedInt64(value);
    }

    internal static long Decode(this BinaryReader reader) => reader.Read7BitEncodedInt64();
}
