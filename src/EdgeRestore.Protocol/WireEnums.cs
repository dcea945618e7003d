using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Protocol.V1;
using WireDegradation = EdgeRestore.Protocol.V1.Degradation;

namespace EdgeRestore.Protocol;

/// <summary>The wire's closed lists, which reserve zero for "unspecified", against the program's own.</summary>
public static class WireEnums
{
    public static WireDegradation ToWire(this Degradations.Degradation degradation) => (WireDegradation)degradation + 1;

    /// <summary>False for UNSPECIFIED and for values of a later version.</summary>
    public static bool TryFromWire(this WireDegradation wire, out Degradations.Degradation degradation)
    {
        degradation = (Degradations.Degradation)wire - 1;
        return wire != WireDegradation.Unspecified && (int)wire <= DegradationNames.Count && wire > 0;
    }

    public static PixelLayout ToWire(this PixelFormat format) => (PixelLayout)format;

    /// <summary>False for UNSPECIFIED and for values of a later version.</summary>
    public static bool TryFromWire(this PixelLayout layout, out PixelFormat format)
    {
        format = (PixelFormat)layout;
        return format != PixelFormat.Unknown && Enum.IsDefined(format);
    }

    public static ErrorCode ToWire(this RestoreError error) => error switch
    {
        RestoreError.Input => ErrorCode.Input,
        RestoreError.Capacity => ErrorCode.Capacity,
        RestoreError.Engine => ErrorCode.Engine,
        RestoreError.Canceled => ErrorCode.Canceled,
        RestoreError.DeadlineExceeded => ErrorCode.Deadline,
        _ => ErrorCode.Unspecified,
    };

    /// <summary>An unknown code of a later version is the daemon's fault until told otherwise.</summary>
    public static RestoreError FromWire(this ErrorCode code) => code switch
    {
        ErrorCode.Input => RestoreError.Input,
        ErrorCode.Capacity => RestoreError.Capacity,
        ErrorCode.Canceled => RestoreError.Canceled,
        ErrorCode.Deadline => RestoreError.DeadlineExceeded,
        _ => RestoreError.Engine,
    };

    public static V1.BypassReason ToWire(this BypassReason reason) => (V1.BypassReason)reason;

    /// <summary>A reason of a later version is none that is known here.</summary>
    public static BypassReason FromWire(this V1.BypassReason reason) =>
        Enum.IsDefined((BypassReason)reason) ? (BypassReason)reason : BypassReason.None;

    /// <summary>The name that people read and type, such as <c>rgb24</c>, <c>jpeg</c> or <c>low-light</c>.</summary>
    public static string ToWireName(this Enum wire) =>
        wire is WireDegradation value && value.TryFromWire(out var degradation)
            ? degradation.ToName()
            : wire.ToString().ToLowerInvariant();

    /// <summary>The names of all values but UNSPECIFIED, for messages that say what is allowed.</summary>
    public static string AllNames<T>()
        where T : struct, Enum =>
        string.Join(", ", Enum.GetValues<T>().Skip(1).Select(value => value.ToWireName()));
}
