using static TorchSharp.torch;

namespace TorchSharp.Modules;

// What is done to every field of an options or state record: each record names its fields once, in the order of the
// package's file format, and this says whether they are copied, read, written, moved, compared or let go.
internal abstract class OptimizerFields
{
    internal virtual void Of(ref double? field, double? other)
    {
    }

    internal virtual void Of(ref bool? field, bool? other)
    {
    }

    internal virtual void Of(ref long field, long other)
    {
    }

    internal virtual void Of(ref double field, double other)
    {
    }

    // optional: the file says first whether the tensor is there.
    internal virtual void Of(ref Tensor? field, Tensor? other, Tensor like, bool optional = false)
    {
    }

    // State outlives the scope in which an optimizer happens to be made.
    internal static Tensor Like(Tensor parameter) => zeros_like(parameter).DetachFromDisposeScope();

    internal sealed class Fill : OptimizerFields
    {
        internal override void Of(ref double? field, double? other) => field ??= other;

        internal override void Of(ref bool? field, bool? other) => field ??= other;
    }

    internal sealed class Copy : OptimizerFields
    {
        internal override void Of(ref double? field, double? other) => field = other;

        internal override void Of(ref bool? field, bool? other) => field = other;

        internal override void Of(ref long field, long other) => field = other;

        internal override void Of(ref double field, double other) => field = other;

        // A copy of the values: two optimizers must never change the same state.
        internal override void Of(ref Tensor? field, Tensor? other, Tensor like, bool optional)
        {
            if (other is null)
            {
                field?.Dispose();
                field = null;
                return;
            }

            using var off = no_grad();
            field ??= Like(like);
            field.copy_(other);
        }
    }

    internal sealed class Read(BinaryReader reader) : OptimizerFields
    {
        internal override void Of(ref double? field, double? other) => field = reader.ReadDouble();

        internal override void Of(ref bool? field, bool? other) => field = reader.ReadBoolean();

        internal override void Of(ref long field, long other) => field = reader.ReadInt64();

        internal override void Of(ref double field, double other) => field = reader.ReadDouble();

        internal override void Of(ref Tensor? field, Tensor? other, Tensor like, bool optional)
        {
            if (optional && !reader.ReadBoolean())
            {
                field?.Dispose();
                field = null;
                return;
            }

            field ??= Like(like);
            field.Load(reader);
        }
    }

    internal sealed class Write(BinaryWriter writer) : OptimizerFields
    {
        internal override void Of(ref double? field, double? other) => writer.Write(field!.Value);

        internal override void Of(ref bool? field, bool? other) => writer.Write(field!.Value);

        internal override void Of(ref long field, long other) => writer.Write(field);

        internal override void Of(ref double field, double other) => writer.Write(field);

        internal override void Of(ref Tensor? field, Tensor? other, Tensor like, bool optional)
        {
            if (optional)
            {
                writer.Write(field is not null);
            }

            field?.Save(writer);
        }
    }

    internal sealed class Move(Device device) : OptimizerFields
    {
        internal override void Of(ref Tensor? field, Tensor? other, Tensor like, bool optional)
        {
            if (field is not null)
            {
                using var previous = field;
                field = previous.to(device, copy: true).DetachFromDisposeScope();
            }
        }
    }

    internal sealed class Compare : OptimizerFields
    {
        internal bool AreEqual { get; private set; } = true;

        internal override void Of(ref double? field, double? other) => AreEqual &= field == other;

        internal override void Of(ref bool? field, bool? other) => AreEqual &= field == other;

        internal override void Of(ref long field, long other) => AreEqual &= field == other;

        internal override void Of(ref double field, double other) => AreEqual &= field == other;

        internal override void Of(ref Tensor? field, Tensor? other, Tensor like, bool optional) =>
            AreEqual &= field is null || other is null ? field is null && other is null : field.allclose(other);
    }

    internal sealed class Release : OptimizerFields
    {
        internal override void Of(ref Tensor? field, Tensor? other, Tensor like, bool optional) => field?.Dispose();
    }
}
